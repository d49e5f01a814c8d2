/**
 * What comes over a room's sockets: frames become commands, and what is no command of the contract is refused.
 * Several commands in a frame stand or fall alone, in order. What a command means is decided by the thread.
 */
import { verifyHostToken } from "../auth/host-token.ts";
import type { AlarmClock } from "../durable/alarm-scheduler.ts";
import type { Connections } from "./connections.ts";
import { commandsIn, idOf } from "./codec.ts";
import { Refusals } from "./refusals.ts";
import { Turns } from "./request-queue.ts";
import { threadCommand, type ChangeCommand, type ThreadCommand } from "../protocol/commands.ts";
import { CLOSE, LilypadError } from "../protocol/errors.ts";
import { parse } from "../protocol/parse.ts";
import type { Room } from "./room-sockets.ts";

/** Where commands go, in order: to the thread itself, or to it by way of a relay. Each may throw what the command is refused with. */
export interface Commands {
  /** Durable commands, in order; answered through `settle`, later. */
  submit: (socket: WebSocket, changes: ChangeCommand[]) => void;
  /** What is no command of the contract: refused through `settle`, after the answers to what was submitted before. */
  refuse: (socket: WebSocket, id: string | undefined, error: unknown) => void;
  read: (socket: WebSocket, seq: number) => void;
  typing: (socket: WebSocket) => void;
  leave: (socket: WebSocket) => void;
  /** The newest event's, as far as it is known here. */
  rev: () => number;
}

/** What became of a durable command. */
export type Settled = { ack: { seq?: number; rev: number; at: number } } | { error: unknown };

export interface FrameDoorParts {
  clock: AlarmClock;
  connections: Connections;
  room: Room;
}

export class FrameDoor {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #clock: AlarmClock;
  readonly #connections: Connections;
  readonly #room: Room;
  readonly #commands: Commands;
  readonly #refusals: Refusals;
  /** Checking a token may fetch keys, which is not to be done as often as a client likes at once. */
  readonly #renewals = new Turns();

  constructor(ctx: DurableObjectState, env: Env, parts: FrameDoorParts, commands: Commands) {
    this.#ctx = ctx;
    this.#env = env;
    this.#clock = parts.clock;
    this.#connections = parts.connections;
    this.#room = parts.room;
    this.#commands = commands;
    this.#refusals = new Refusals(parts.connections, (socket, code, reason) =>
      parts.room.close(socket, code, reason),
    );
  }

  /** A frame came in. */
  receive(socket: WebSocket, frame: string | ArrayBuffer): void {
    const { gone, expiresAt } = this.#connections.of(socket);
    if (gone) return;
    const now = Date.now();
    if (expiresAt <= now) return this.#room.close(socket, CLOSE.unauthenticated, "the session ended");
    this.#connections.heard(socket, now);
    this.#room.sweep(now);
    let inputs: unknown[];
    try {
      inputs = commandsIn(frame);
    } catch (error) {
      return this.#refusals.refuse(socket, error, undefined, now);
    }
    this.#room.together(() => this.#take(socket, inputs));
  }

  /** Runs the commands of a frame, in order. */
  #take(socket: WebSocket, inputs: readonly unknown[]): void {
    const changes: ChangeCommand[] = [];
    const submit = () => {
      if (changes.length > 0) this.#commands.submit(socket, changes.splice(0));
    };
    for (const input of inputs) {
      if (this.#connections.of(socket).gone) return;
      try {
        const command = parse(threadCommand, input);
        if (isChange(command)) {
          changes.push(command);
          continue;
        }
        if (command.type === "leave") submit();
        this.#run(socket, command);
      } catch (error) {
        // In order: a good command before this one ends the row of bad ones.
        submit();
        this.#commands.refuse(socket, idOf(input), error);
      }
    }
    submit();
  }

  /** Answers a durable command; an answer to none (`id` undefined) is a refusal. */
  settle(socket: WebSocket, id: string | undefined, settled: Settled): void {
    if ("error" in settled) return this.#refusals.refuse(socket, settled.error, id, Date.now());
    this.#accept(socket, { type: "ack", id, ...settled.ack });
  }

  /** A command that changes nothing durable by itself. */
  #run(socket: WebSocket, command: Exclude<ThreadCommand, ChangeCommand>): void {
    switch (command.type) {
      case "read":
        this.#commands.read(socket, command.seq);
        break;
      case "typing":
        this.#commands.typing(socket);
        break;
      case "got":
        this.#room.got(socket, command.rev);
        break;
      case "leave":
        return this.#commands.leave(socket);
      case "auth":
        return this.#ctx.waitUntil(this.#renewals.take(socket, () => this.#renew(socket, command)));
    }
    this.#refusals.accepted(socket);
  }

  /** A fresh token of the same user lets the socket live until that one's end. */
  async #renew(socket: WebSocket, { id, token }: { id: string; token: string }): Promise<void> {
    // While it waited its turn.
    if (this.#connections.of(socket).gone) return;
    try {
      const caller = await verifyHostToken(this.#env, token);
      const { userId, gone } = this.#connections.of(socket);
      if (caller.user.id !== userId) throw new LilypadError("forbidden", "That token is another user's.");
      if (gone) return;
      this.#connections.update(socket, { expiresAt: caller.expiresAt });
      this.#clock.wakeForEnd(caller.expiresAt, Date.now());
      this.#accept(socket, { type: "ack", id, rev: this.#commands.rev(), at: Date.now() });
    } catch (error) {
      this.#refusals.refuse(socket, error, id, Date.now());
    }
  }

  #accept(socket: WebSocket, ack: object): void {
    this.#refusals.accepted(socket);
    this.#connections.send(socket, JSON.stringify([ack]));
  }
}

function isChange(command: ThreadCommand): command is ChangeCommand {
  return "id" in command && command.type !== "auth";
}
