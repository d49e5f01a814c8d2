/** The state of a connection, as every snapshot shows it. A separate file: the reducers need not know sockets. */

/**
 * - `connecting`: until the first frame of an attempt.
 * - `open`.
 * - `waiting`: for the next attempt.
 * - `signed_out`: no attempt is made until `reconnect()` is called.
 * - `stopped`: no attempt is made any more. A store that was closed is in this state until it is opened again.
 */
export type ConnectionState = "connecting" | "open" | "waiting" | "signed_out" | "stopped";

/** The part of a snapshot that describes its connection. */
export interface ConnectionStatus {
  connection: ConnectionState;
  /** The close code that led to the state in `connection`; absent while connecting or open. */
  closeCode?: number | undefined;
  /** Why, in words for a developer or a log; absent where nothing is known of it. */
  reason?: string | undefined;
}
