/** A whole conversation: its header, its messages, who is typing, what is asked of the user, and where they write. */
import { useEffect, useMemo, useRef, type CSSProperties, type ReactElement, type ReactNode } from "react";
import { Composer as DefaultComposer } from "../composer/composer.tsx";
import { useThreadState } from "../hooks/use-thread.ts";
import { useInvitation } from "../hooks/use-requests.ts";
import { useLabels } from "../labels.ts";
import { MessageList as DefaultMessageList } from "../message-list/message-list.tsx";
import type { MessageProps } from "../component-props.ts";
import { InvitationBar } from "../requests/invitation-bar.tsx";
import { RequestBar as DefaultRequestBar } from "../requests/request-bar.tsx";
import { classNames } from "../ui/class-names.ts";
import { ConnectionNotice as DefaultConnectionNotice } from "../ui/connection-notice.tsx";
import { Text } from "../ui/text.tsx";
import { NO_COMPONENTS, ThreadContext, type ThreadComponents } from "./thread-context.tsx";
import { ThreadHeader as DefaultThreadHeader } from "./thread-header.tsx";
import { TypingIndicator as DefaultTypingIndicator } from "./typing-indicator.tsx";

export interface ThreadProps {
  /** The thread's id, or `key:KEY` with the host's key. */
  thread: string;
  className?: string | undefined;
  style?: CSSProperties | undefined;
  /** Components of your own in the place of parts. Keep the object: another one at each render draws everything again. */
  components?: ThreadComponents | undefined;
  /** Draws each message; it may return `<Message {...props} />`. Keep the function, as above. */
  renderMessage?: ((props: MessageProps) => ReactNode) | undefined;
  /** Where your application joins by the code of an invitation link, which moderators make. Keep the function, as above. */
  linkHref?: ((code: string) => string) | undefined;
  /** Called when the user has left, hidden or deleted the thread, or wants no part in it. */
  onLeave?: (() => void) | undefined;
  /** In the place of all parts: put `<MessageList />`, `<Composer />` and others where you want them. */
  children?: ReactNode;
}

export function Thread(props: ThreadProps): ReactElement {
  const {
    thread,
    className,
    style,
    components = NO_COMPONENTS,
    renderMessage,
    linkHref,
    onLeave,
    children,
  } = props;
  // It may be another function at each render: what is drawn does not depend on it.
  const latest = useRef(onLeave);
  useEffect(() => {
    latest.current = onLeave;
  });
  const context = useMemo(
    () => ({ thread, components, renderMessage, linkHref, onLeave: () => latest.current?.() }),
    [thread, components, renderMessage, linkHref],
  );
  return (
    <ThreadContext.Provider value={context}>
      <section className={classNames("lilypad", "lilypad-thread", className)} style={style}>
        {/* Another thread is another conversation: nothing of what is open in one stays in the other. */}
        {children ?? <Parts key={thread} thread={thread} components={components} />}
      </section>
    </ThreadContext.Provider>
  );
}

function Parts({ thread, components }: { thread: string; components: ThreadComponents }): ReactElement {
  const labels = useLabels();
  const isUnknown = useThreadState(thread, (state) => state.connection === "stopped" && !state.ready);
  const {
    ThreadHeader = DefaultThreadHeader,
    ConnectionNotice = DefaultConnectionNotice,
    MessageList = DefaultMessageList,
    TypingIndicator = DefaultTypingIndicator,
    RequestBar = DefaultRequestBar,
    Composer = DefaultComposer,
  } = components;
  const invitation = useInvitation(thread);
  if (isUnknown && invitation) return <InvitationBar thread={thread} invitation={invitation} />;
  if (isUnknown) {
    return (
      <p className="lilypad-note" role="status">
        <Text>{labels.notFound}</Text>
      </p>
    );
  }
  return (
    <>
      <ThreadHeader />
      <ConnectionNotice />
      <MessageList />
      <TypingIndicator />
      <RequestBar />
      <Composer />
    </>
  );
}
