/** What Presence sends to tabs, as the packets that sessions get. */
import type { TabEvent } from "../../rpc/socketio-tabs.ts";
import { openPacket, type OpenPacket } from "../events/event-sender.ts";

/** Those that clients get; the others end their sessions. */
export type ClientEvent = Exclude<TabEvent, { type: "replaced" | "revoked" }>;

export function packetOf({ type, ...rest }: ClientEvent): OpenPacket {
  return openPacket([type, rest]);
}
