/** What is said of a connection that is not open: what is shown may be out of date. Pure. */
import type { ConnectionStatus } from "../client/connection/connection-state.ts";
import { CLOSE } from "../protocol/errors.ts";

/** Each has a text in `Words`. */
type Notice =
  | "connecting"
  | "waiting"
  | "offline"
  | "signedOut"
  | "removed"
  | "deleted"
  | "replaced"
  | "stopped";

/**
 * Undefined for nothing. Before anything was loaded (`ready`), nothing can be out of date; `hasNetwork` is what the browser
 * says.
 */
export function connectionNotice(
  { connection, closeCode }: ConnectionStatus,
  ready: boolean,
  hasNetwork: boolean,
): Notice | undefined {
  if (connection === "open") return undefined;
  if (connection === "signed_out") return "signedOut";
  if (connection === "stopped") return stopNotice(closeCode);
  if (!hasNetwork) return "offline";
  if (connection === "connecting") return ready ? "connecting" : undefined;
  return "waiting";
}

function stopNotice(closeCode: number | undefined): Notice {
  if (closeCode === CLOSE.forbidden) return "removed";
  if (closeCode === CLOSE.notFound) return "deleted";
  if (closeCode === CLOSE.replaced) return "replaced";
  return "stopped";
}

/** Whether it is shown only after a moment: a connection that is lost while there is a network is mostly back at once. */
export function isDelayed(notice: Notice | undefined): boolean {
  return notice === undefined || notice === "connecting" || notice === "waiting";
}
