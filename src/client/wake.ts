/** The two moments at which a waiting client should not wait any longer: the network is back, the page is looked at. */

/** Calls `wake` at each such moment; returns what ends that. Where there is no page (a test, a worker), it never calls. */
export function onWake(wake: () => void): () => void {
  if (typeof window === "undefined") return () => {};
  const whenVisible = () => {
    if (document.visibilityState === "visible") wake();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", whenVisible);
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", whenVisible);
  };
}
