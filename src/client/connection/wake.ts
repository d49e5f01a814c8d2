/**
 * The moments at which a connection should be checked at once: the network has returned or gone, or the page has become
 * visible, perhaps after the device slept.
 */

/** What is used of a browser, without its types: the published client is also compiled where there are none. */
interface Browser {
  addEventListener: EventTarget["addEventListener"];
  removeEventListener: EventTarget["removeEventListener"];
  document?: EventTarget & { visibilityState: string };
}

/** Calls `wake` at each such moment; returns a function that ends this. Where there is no page (a Worker), never calls. */
export function onWake(wake: () => void): () => void {
  const browser = globalThis as unknown as Browser;
  const page = browser.document;
  if (!page) return () => {};
  const wakeIfVisible = () => {
    if (page.visibilityState === "visible") wake();
  };
  browser.addEventListener("online", wake);
  browser.addEventListener("offline", wake);
  page.addEventListener("visibilitychange", wakeIfVisible);
  return () => {
    browser.removeEventListener("online", wake);
    browser.removeEventListener("offline", wake);
    page.removeEventListener("visibilitychange", wakeIfVisible);
  };
}
