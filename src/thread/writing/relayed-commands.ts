/** Runs the commands of sockets at relays: decided as those of this object's own, and replied to down the relay's line. */
import {
  isDurableCommand,
  type DurableCommand,
  type DurableCommandResults,
} from "../../protocol/commands.ts";
import { CLOSE } from "../../protocol/errors.ts";
import type { Ack } from "../../protocol/events.ts";
import type { Message, User } from "../../protocol/model.ts";
import { isSocketIoRelay } from "../../rpc/relay-address.ts";
import type { RelayedCommand, RelayedRequest } from "../../rpc/relay.ts";
import { failed, type Result } from "../../rpc/result.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import type { Relays } from "../broadcasting/relays.ts";
import type { ProfileChanges } from "../members/profile-changes.ts";
import type { ReadMarkerUpdates } from "../members/read-marker-updates.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { QueuedCommand } from "./check-queue.ts";
import type { Outcome } from "./command.ts";
import { ackIn } from "./socket-commands.ts";
import type { Writer } from "./writer.ts";

export interface RelayedCommandsParts {
  store: ThreadStore;
  broadcaster: Broadcaster;
  relays: Relays;
  writer: Writer;
  readMarkers: ReadMarkerUpdates;
  profileChanges: ProfileChanges;
}

/** A socket at a relay. */
interface RelayedSocket {
  relay: number;
  socket: string;
}

export class RelayedCommands {
  readonly #parts: RelayedCommandsParts;

  constructor(parts: RelayedCommandsParts) {
    this.#parts = parts;
  }

  /** Takes the commands that a relay sends, in order. */
  take(relay: number, requests: readonly RelayedRequest[], now: number): void {
    const { store, writer } = this.#parts;
    const durable: QueuedCommand[] = [];
    for (const { socket, userId, command } of requests) {
      const from = { relay, socket };
      const id = "id" in command ? command.id : undefined;
      try {
        const user = store.require().profiles.get(userId);
        if (isDurableCommand(command))
          durable.push({ user, command, reply: (result) => this.#replyTo(from, command, result) });
        else {
          writer.submit(durable.splice(0));
          this.#run(from, user, command, now);
        }
      } catch (error) {
        this.#reply(from, id, failed(error));
      }
    }
    writer.submit(durable);
  }

  #run(
    from: RelayedSocket,
    user: User,
    command: Exclude<RelayedCommand, QueuedCommand["command"]>,
    now: number,
  ): void {
    const { store, broadcaster, relays, writer, readMarkers, profileChanges } = this.#parts;
    switch (command.type) {
      case "read":
        readMarkers.move(user, command.seq, now);
        break;
      case "typing":
        store.require().require("type", user);
        broadcaster.typing(user.id, now);
        if (command.id !== undefined)
          this.#reply(from, command.id, { ok: true, value: { rev: store.require().rev, at: now } });
        break;
      case "refused":
        writer.afterSubmitted(user.id, () =>
          this.#reply(from, command.about, { ok: false, failure: command.failure }),
        );
        break;
      case "named":
        profileChanges.seen(command);
        break;
      case "leave":
        writer.afterSubmitted(user.id, () =>
          relays.send(from.relay, { to: from.socket, close: CLOSE.left, reason: "left" }),
        );
        break;
    }
  }

  /** A Socket.IO client's acknowledgement has the message that its command wrote. */
  #replyTo(from: RelayedSocket, command: DurableCommand, result: Result<Outcome>): void {
    const message =
      isSocketIoRelay(from.relay) && result.ok ? messageIn(command, result.value.value) : undefined;
    this.#reply(from, command.id, ackIn(result), message);
  }

  #reply(
    { relay, socket }: RelayedSocket,
    id: string | undefined,
    reply: Result<Ack>,
    message?: Message,
  ): void {
    const item = { to: socket, ...(id !== undefined && { id }), reply, ...(message && { message }) };
    this.#parts.relays.send(relay, item);
  }
}

/** The message that a command returns, if it does. */
function messageIn({ type }: DurableCommand, value: unknown): Message | undefined {
  if (type === "chat") return (value as DurableCommandResults["chat"]).message;
  return type === "edit" ? (value as DurableCommandResults["edit"]) : undefined;
}
