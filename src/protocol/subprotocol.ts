/** The WebSocket subprotocol, and the two text frames that are not JSON. */

/** Version 1 of the contract. */
export const SUBPROTOCOL = "lilypad.v1";
/** Prefix of the subprotocol that carries a token, for browsers on another site. */
export const BEARER_PREFIX = "bearer.";
/** A client sends this text every `PING_MS`; the runtime answers `PONG` without waking the object. */
export const PING = "ping";
export const PONG = "pong";
