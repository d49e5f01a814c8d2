/** The first packet of a session: its id, and the terms of the connection (Engine.IO protocol, "Handshake"). */
import type { EngineOptions } from "./engine-options.ts";
import { PACKET_TYPE } from "./packets.ts";
import type { EngineSessionRecord } from "./engine-session.ts";

export function handshakePacket(
  { sid, transport }: Pick<EngineSessionRecord<unknown>, "sid" | "transport">,
  { pingIntervalMs, pingTimeoutMs, maxPayload }: EngineOptions,
): string {
  const upgrades = transport === "polling" ? ["websocket"] : [];
  const handshake = { sid, upgrades, pingInterval: pingIntervalMs, pingTimeout: pingTimeoutMs, maxPayload };
  return PACKET_TYPE.open + JSON.stringify(handshake);
}
