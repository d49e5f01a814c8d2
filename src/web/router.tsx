/** Routes by the History API: `/`, `/chat` and `/chat/:threadId`. */
import type { ComponentChildren } from "preact";
import { Store } from "../client/store/store.ts";
import { useStore } from "./ui/use-store.ts";

export type Route = { view: "home" } | { view: "chat"; threadId?: string } | { view: "not_found" };

const path = new Store(location.pathname);
addEventListener("popstate", () => path.set(location.pathname));

/** How many entries this page has added to the browser's history. */
let entries = 0;

/** Identifies the present entry of the browser's history among those of this page. */
export function historyEntry(): string {
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

/** Goes to another view if `from` is still the present one: what comes late does not lead away from a third. */
export function navigateFrom(from: string, to: string): void {
  if (path.getSnapshot() === from) navigate(to);
}

/** Goes to another view in place of the present one, to which Back does not return. */
export function replaceRoute(to: string): void {
  history.replaceState(history.state, "", to);
  path.set(to);
}

export function useRoute(): Route {
  return parseRoute(useStore(path));
}

export function threadHref(threadId: string): string {
  return `/chat/${encodeURIComponent(threadId)}`;
}

function parseRoute(pathname: string): Route {
  if (pathname === "/") return { view: "home" };
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

export interface LinkProps {
  href: string;
  class?: string;
  children: ComponentChildren;
  "aria-label"?: string;
  "aria-current"?: "page";
}

/** A link to a view. With a modifier key the browser handles the click, for example to open a new tab. */
export function Link(props: LinkProps) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(props.href);
  };
  return <a {...props} onClick={onClick} />;
}
