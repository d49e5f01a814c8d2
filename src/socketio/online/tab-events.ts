/** What Presence sends to tabs, as the packets that sessions get. */
import type { RoomName } from "../../protocol/socketio/room-names.ts";
import type { TabEvent } from "../../rpc/socketio-tabs.ts";
import { unfinishedPacket, type UnfinishedPacket } from "../events/event-sender.ts";

/** Those that clients get; the others end their sessions. */
export type ClientEvent = Exclude<TabEvent, { type: "replaced" | "revoked" }>;

/** `room`: by what name the event's thread was joined, if it was. */
export function packetOf({ type, ...rest }: ClientEvent, room?: RoomName): UnfinishedPacket {
  return unfinishedPacket([type, { ...rest, ...(room !== undefined && { threadId: room }) }]);
}
