/**
 * The moments at which a browser knows more than a socket: the network has gone or returned, or the page has become
 * visible, perhaps after the device slept.
 */

/** What is used of a browser, without its types: the published client is also compiled where there are none. */
interface Browser {
  addEventListener: EventTarget["addEventListener"];
  removeEventListener: EventTarget["removeEventListener"];
  document?: EventTarget & { visibilityState: string };
}

export interface WakeOptions {
  /** The network has gone. */
  onOffline(): void;
  /** A connection should be checked at once. */
  onWake(): void;
}

/** Calls back at each such moment; returns a function that ends this. Where there is no page (a Worker), never calls. */
export function watchNetwork({ onOffline, onWake }: WakeOptions): () => void {
  const browser = globalThis as unknown as Browser;
  const page = browser.document;
  if (!page) return () => {};
  const wakeIfVisible = () => {
    if (page.visibilityState === "visible") onWake();
  };
  browser.addEventListener("online", onWake);
  browser.addEventListener("offline", onOffline);
  page.addEventListener("visibilitychange", wakeIfVisible);
  return () => {
    browser.removeEventListener("online", onWake);
    browser.removeEventListener("offline", onOffline);
    page.removeEventListener("visibilitychange", wakeIfVisible);
  };
}
