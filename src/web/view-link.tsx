/** Leads to another view of the chat: a link where views have addresses, else a button. */
import { useChat } from "./chat-context.ts";
import { LocalLink, type LocalLinkProps } from "./ui/local-link.tsx";

export interface ViewLinkProps extends Omit<LocalLinkProps, "href"> {
  /** Undefined for the list of threads. */
  threadId: string | undefined;
}

export function ViewLink({ threadId, ...props }: ViewLinkProps) {
  const { href, go } = useChat().views;
  const follow = () => go(threadId);
  if (href) return <LocalLink {...props} href={href(threadId)} onFollow={follow} />;
  return <button {...props} type="button" onClick={follow} />;
}
