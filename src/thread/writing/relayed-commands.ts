/** The commands of sockets at relays: decided here as those of this object's own, and answered down the line. */
import type { ChangeCommand } from "../../protocol/commands.ts";
import { LilypadError, CLOSE, failureOf } from "../../protocol/errors.ts";
import type { User } from "../../protocol/model.ts";
import type { Forwarded, FromSocket } from "../../rpc/relay.ts";
import type { Settled } from "../../sockets/socket-handler.ts";
import type { Audience } from "../broadcasting/broadcaster.ts";
import type { Reading } from "../members/read-marker-updates.ts";
import type { Relays } from "../broadcasting/relays.ts";
import { pending } from "./socket-commands.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { Pending, Writer } from "./writer.ts";

export interface RelayedCommandsParts {
  store: ThreadStore;
  audience: Audience;
  relays: Relays;
  writer: Writer;
  reading: Reading;
}

export class RelayedCommands {
  readonly #parts: RelayedCommandsParts;

  constructor(parts: RelayedCommandsParts) {
    this.#parts = parts;
  }

  take(relay: number, said: readonly FromSocket[], now: number): void {
    const changes: Pending[] = [];
    for (const { socket, userId, command } of said) {
      const id = "id" in command ? command.id : undefined;
      const settle = (settled: Settled) => this.#settle(relay, socket, id, settled);
      try {
        const user = this.#parts.store.require().people.get(userId);
        if ("id" in command) changes.push(pending(user, command, settle));
        else {
          this.#parts.writer.submit(changes.splice(0));
          this.#run(relay, socket, user, command, now);
        }
      } catch (error) {
        settle({ error });
      }
    }
    this.#parts.writer.submit(changes);
  }

  #run(
    relay: number,
    socket: string,
    user: User,
    command: Exclude<Forwarded, ChangeCommand>,
    now: number,
  ): void {
    const { store, audience, relays, writer, reading } = this.#parts;
    switch (command.type) {
      case "read":
        reading.move(user, command.seq, now);
        break;
      case "typing":
        // Removed, and not closed yet at the relay.
        store.require().require("send", user);
        audience.typing(user.id, now);
        break;
      case "refused":
        writer.flush();
        this.#settle(relay, socket, command.about, { error: LilypadError.from(command.failure) });
        break;
      case "leave":
        writer.flush();
        relays.pass(relay, { to: socket, close: CLOSE.left, reason: "left" });
        break;
    }
  }

  #settle(relay: number, to: string, id: string | undefined, settled: Settled): void {
    const named = { to, ...(id !== undefined && { id }) };
    if ("ack" in settled) return this.#parts.relays.pass(relay, { ...named, ack: settled.ack });
    if (!(settled.error instanceof LilypadError)) console.error("internal error", settled.error);
    this.#parts.relays.pass(relay, { ...named, failure: failureOf(settled.error) });
  }
}
