/** How a socket stands. A file of its own, so that the pure parts need not know sockets. */

/**
 * `connecting` until the first frame, `open`, `waiting` for the next attempt, `signed_out` until
 * `reconnect()` is called, `stopped` for good.
 */
export type ConnectionState = "connecting" | "open" | "waiting" | "signed_out" | "stopped";

/** What every snapshot says of its socket. */
export interface Connected {
  connection: ConnectionState;
  /** The close code after which `connection` became what it is; absent while connecting or open. */
  closeCode?: number | undefined;
}
