/** Runs the commands of this object's own sockets. */
import { CLOSE } from "../../protocol/errors.ts";
import type { Ack } from "../../protocol/events.ts";
import type { Result } from "../../rpc/result.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { RoomCommandHandlers } from "../../sockets/room-commands.ts";
import type { RoomSessions } from "../../sockets/room-sessions.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import type { ProfileChanges } from "../members/profile-changes.ts";
import type { ReadMarkerUpdates } from "../members/read-marker-updates.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { Outcome } from "./command.ts";
import type { Writer } from "./writer.ts";

export interface SocketCommandsParts {
  connections: Connections;
  store: ThreadStore;
  broadcaster: Broadcaster;
  writer: Writer;
  readMarkers: ReadMarkerUpdates;
  profileChanges: ProfileChanges;
  sessions: RoomSessions;
}

/** `reply` replies to a durable command, or refuses what was none. */
export function socketCommands(
  { connections, store, broadcaster, writer, readMarkers, profileChanges, sessions }: SocketCommandsParts,
  reply: (socket: WebSocket, id: string | undefined, result: Result<Ack>) => void,
): RoomCommandHandlers {
  const userIdOf = (socket: WebSocket) => connections.of(socket).userId;
  return {
    submit(socket, commands) {
      const userId = userIdOf(socket);
      // Where the thread is being deleted, each command is refused by itself.
      const user = store.current?.profiles.get(userId) ?? { id: userId, name: userId };
      writer.submit(
        commands.map((command) => ({
          user,
          command,
          reply: (result) => reply(socket, command.id, ackIn(result)),
        })),
      );
    },
    refuse: (socket, id, refusal) =>
      writer.afterSubmitted(userIdOf(socket), () => reply(socket, id, refusal)),
    read: (socket, seq) =>
      void readMarkers.move(store.require().profiles.get(userIdOf(socket)), seq, Date.now()),
    typing(socket) {
      const thread = store.require();
      const userId = userIdOf(socket);
      thread.require("type", thread.profiles.get(userId));
      broadcaster.typing(userId, Date.now());
    },
    leave: (socket) =>
      writer.afterSubmitted(userIdOf(socket), () => broadcaster.room.close(socket, CLOSE.left, "left")),
    rev: () => store.require().rev,
    renewed(_socket, caller) {
      sessions.endsAt(caller.expiresAt, Date.now());
      profileChanges.seen(caller);
    },
  };
}

/** What a socket is replied: the acknowledgement of an outcome, or the failure. */
export function ackIn(result: Result<Outcome>): Result<Ack> {
  return result.ok ? { ok: true, value: result.value.ack } : result;
}
