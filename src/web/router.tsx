/** The page's addresses: `/`, `/chat` and `/chat/:threadId`. Small enough not to need a library. */
import type { ComponentChildren } from "preact";
import { Store } from "../client/store/store.ts";
import { useStore } from "./ui/use-store.ts";

export type Route = { view: "home" } | { view: "chat"; threadId?: string } | { view: "lost" };

const path = new Store(location.pathname);
addEventListener("popstate", () => path.set(location.pathname));

/** Goes to another view, as a link would. */
export function navigate(to: string): void {
  if (to === path.getSnapshot()) return;
  history.pushState(null, "", to);
  path.set(to);
}

export function useRoute(): Route {
  return routeOf(useStore(path));
}

export function threadHref(threadId: string): string {
  return `/chat/${encodeURIComponent(threadId)}`;
}

export function routeOf(pathname: string): Route {
  if (pathname === "/") return { view: "home" };
  const match = /^\/chat(?:\/([^/]+))?\/?$/.exec(pathname);
  if (!match) return { view: "lost" };
  const [, threadId] = match;
  return threadId === undefined ? { view: "chat" } : { view: "chat", threadId: decode(threadId) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export interface LinkProps {
  href: string;
  class?: string;
  children: ComponentChildren;
  "aria-label"?: string;
  "aria-current"?: "page";
}

/** A link within the page. Opening it elsewhere (a new tab) is left to the browser. */
export function Link(props: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(props.href);
  };
  return <a {...props} onClick={follow} />;
}
