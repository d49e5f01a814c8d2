/** Routes by the History API: `/`, `/chat` and `/chat/:threadId`. */
import { Store } from "../client/store/store.ts";
import type { Views } from "./chat-context.ts";
import { LocalLink, type LocalLinkProps } from "./ui/local-link.tsx";
import { useStore } from "./ui/use-store.ts";

export type Route =
  | { view: "home" }
  | { view: "chat"; threadId?: string }
  /** An invitation link was opened. */
  | { view: "join"; code: string }
  | { view: "not_found" };

const JOIN_PATH = "/join";

const path = new Store(location.pathname);
addEventListener("popstate", () => path.set(location.pathname));

/** How many entries this page has added to the browser's history. */
let entries = 0;

/** Identifies the present entry of the browser's history among those of this page. */
function historyEntry(): string {
  const { entry = "" } = (history.state ?? {}) as { entry?: string };
  return entry;
}

/** Goes to another view, and adds it to the browser's history. */
export function navigate(to: string): void {
  if (to === path.getSnapshot()) return;
  entries += 1;
  history.pushState({ entry: `${performance.timeOrigin} ${entries}` }, "", to);
  path.set(to);
}

/** Goes to another view in place of the present one, to which Back does not return. */
export function replaceRoute(to: string): void {
  history.replaceState(history.state, "", to);
  path.set(location.pathname);
}

export function useRoute(): Route {
  return parseRoute(useStore(path));
}

function chatHref(threadId: string | undefined): string {
  return threadId === undefined ? "/chat" : `/chat/${encodeURIComponent(threadId)}`;
}

/** The views of the chat, at addresses of their own. */
export const chatViews: Views = {
  href: chatHref,
  hasList: true,
  go: (threadId) => navigate(chatHref(threadId)),
  leave: (threadId) => {
    if (path.getSnapshot() === chatHref(threadId)) navigate(chatHref(undefined));
  },
  visit: historyEntry,
  heading: "h1",
  // In the fragment: the code stays out of what servers and proxies log.
  invitation: (code) => `${location.origin}${JOIN_PATH}#${code}`,
};

function parseRoute(pathname: string): Route {
  if (pathname === "/") return { view: "home" };
  if (pathname === JOIN_PATH) return { view: "join", code: location.hash.slice(1) };
  const match = /^\/chat(?:\/([^/]+))?\/?$/.exec(pathname);
  if (!match) return { view: "not_found" };
  const [, threadId] = match;
  return threadId === undefined ? { view: "chat" } : { view: "chat", threadId: decodeSegment(threadId) };
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A link to a view. */
export function RouteLink(props: LocalLinkProps) {
  return <LocalLink {...props} onFollow={() => navigate(props.href)} />;
}
