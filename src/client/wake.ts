/** The two moments at which a waiting client should not wait any longer: the network is back, the page is looked at. */

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
  page.addEventListener("visibilitychange", whenVisible);
  return () => {
    browser.removeEventListener("online", wake);
    page.removeEventListener("visibilitychange", whenVisible);
  };
}
