/** The first packet of a session: its id, and the terms of the connection (Engine.IO protocol, "Handshake"). */
import type { EngineOptions } from "./engine-options.ts";
import { OPEN } from "./packets.ts";
import type { SessionRecord } from "./session.ts";

export function handshakePacket(
  { sid, transport }: Pick<SessionRecord<unknown>, "sid" | "transport">,
  { pingIntervalMs, pingTimeoutMs, maxPayload }: EngineOptions,
): string {
  const upgrades = transport === "polling" ? ["websocket"] : [];
  const handshake = { sid, upgrades, pingInterval: pingIntervalMs, pingTimeout: pingTimeoutMs, maxPayload };
  return OPEN + JSON.stringify(handshake);
}
