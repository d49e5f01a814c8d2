/**
 * The moments at which a client should not wait any longer: the network is back, the page is looked at. Or the network
 * has gone, and a socket that looks open should be asked.
 */

/** What is needed of a browser, said without its types: a published client is also compiled where there are none. */
interface Browser {
  addEventListener: EventTarget["addEventListener"];
  removeEventListener: EventTarget["removeEventListener"];
  document?: EventTarget & { visibilityState: string };
}

/** Calls `wake` at each such moment; returns what ends that. Where there is no page (a worker), it never calls. */
export function onWake(wake: () => void): () => void {
  const browser = globalThis as unknown as Browser;
  const page = browser.document;
  if (!page) return () => {};
  const whenVisible = () => {
    if (page.visibilityState === "visible") wake();
  };
  browser.addEventListener("online", wake);
  browser.addEventListener("offline", wake);
  page.addEventListener("visibilitychange", whenVisible);
  return () => {
    browser.removeEventListener("online", wake);
    browser.removeEventListener("offline", wake);
    page.removeEventListener("visibilitychange", whenVisible);
  };
}
