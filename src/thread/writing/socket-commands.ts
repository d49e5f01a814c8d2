/** What the commands of sockets mean, whether they are in this object or come by way of a relay. */
import type { ChangeCommand } from "../../protocol/commands.ts";
import { CLOSE } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { Commands, Settled } from "../../sockets/socket-handler.ts";
import { editMessage, eraseMessage, react, sendMessage } from "../messages/message-commands.ts";
import type { Outcome } from "./command.ts";
import type { Reading } from "../members/read-marker-updates.ts";
import type { Thread } from "../thread.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { Pending, Result, Writer } from "./writer.ts";
import type { Audience } from "../broadcasting/broadcaster.ts";

export interface SocketCommandsParts {
  connections: Connections;
  store: ThreadStore;
  audience: Audience;
  writer: Writer;
  reading: Reading;
}

/** The commands of this object's own sockets; `settle` answers a durable one. */
export function socketCommands(
  { connections, store, audience, writer, reading }: SocketCommandsParts,
  settle: (socket: WebSocket, id: string | undefined, settled: Settled) => void,
): Commands {
  const userOf = (socket: WebSocket) => store.require().people.get(connections.of(socket).userId);
  return {
    submit: (socket, changes) => {
      const { userId } = connections.of(socket);
      // Where the thread is being deleted, each command is refused by itself.
      const user = store.current?.people.get(userId) ?? { id: userId, name: userId };
      writer.submit(
        changes.map((change) => pending(user, change, (settled) => settle(socket, change.id, settled))),
      );
    },
    refuse: (socket, id, error) => {
      writer.flush();
      settle(socket, id, { error });
    },
    read: (socket, seq) => void reading.move(userOf(socket), seq, Date.now()),
    typing: (socket) => audience.typing(connections.of(socket).userId, Date.now()),
    leave: (socket) => {
      writer.flush();
      audience.room.close(socket, CLOSE.left, "left");
    },
    rev: () => store.require().rev,
  };
}

/** A durable command on its way to the writer. */
export function pending(user: User, change: ChangeCommand, settle: (settled: Settled) => void): Pending {
  return {
    user,
    run: (thread, now) => runChange(thread, user, change, now),
    settle: (result: Result<unknown>) => settle("error" in result ? result : { ack: result.outcome.ack }),
  };
}

/** What a durable command does; HTTP calls the same. */
function runChange(thread: Thread, user: User, command: ChangeCommand, now: number): Outcome<unknown> {
  switch (command.type) {
    case "chat":
      return sendMessage(thread, user, command, now);
    case "edit":
      return editMessage(thread, user, command.seq, command.body, now);
    case "delete":
      return eraseMessage(thread, user, command.seq, now);
    case "react":
    case "unreact":
      return react(thread, user, command.type, command.seq, command.emoji, now);
  }
}
