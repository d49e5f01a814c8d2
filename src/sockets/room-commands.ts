/**
 * What comes over a room's sockets: frames become commands, and what is not a valid command is refused. Several
 * commands in a frame are each applied or refused by themselves, in order. What concerns the connection itself (a fresh token, flow control) is
 * done here; the thread decides the rest, directly or through a relay.
 */
import { requireUnrevoked } from "../auth/revocation-check.ts";
import {
  isDurableCommand,
  threadCommand,
  type DurableCommand,
  type ThreadCommand,
} from "../protocol/commands.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { Ack } from "../protocol/events.ts";
import { parse } from "../protocol/parse.ts";
import type { Caller } from "../rpc/caller.ts";
import { failed, type Refusal, type Result } from "../rpc/result.ts";
import { commandIdOf } from "./codec.ts";
import type { Connections } from "./connections.ts";
import { Replies } from "./replies.ts";
import type { RoomSockets } from "./room-sockets.ts";
import { TokenRenewal } from "./token-renewal.ts";

/** Where commands go, in order. A handler may throw what its command is refused with. */
export interface RoomCommandHandlers {
  /** Durable commands, in order; replied to later, with `reply`. */
  submit: (socket: WebSocket, commands: DurableCommand[]) => void;
  /** No command of the contract: its refusal is sent with `reply`, after the replies to what was submitted before. */
  refuse: (socket: WebSocket, id: string | undefined, refusal: Refusal) => void;
  read: (socket: WebSocket, seq: number) => void;
  typing: (socket: WebSocket) => void;
  leave: (socket: WebSocket) => void;
  /** The newest event's, as far as it is known here. */
  rev: () => number;
  /** A socket's session was renewed, by a token of this caller. */
  renewed: (socket: WebSocket, caller: Caller) => void;
}

export class RoomCommands {
  readonly #ctx: DurableObjectState;
  readonly #connections: Connections;
  readonly #room: RoomSockets;
  readonly #handlers: RoomCommandHandlers;
  readonly #replies: Replies;
  readonly #renewal: TokenRenewal;

  constructor(
    ctx: DurableObjectState,
    env: Env,
    { connections, room }: { connections: Connections; room: RoomSockets },
    handlers: RoomCommandHandlers,
  ) {
    this.#ctx = ctx;
    this.#connections = connections;
    this.#room = room;
    this.#handlers = handlers;
    this.#replies = new Replies(connections, (socket, code, reason) => room.close(socket, code, reason));
    this.#renewal = new TokenRenewal(env, connections, {
      isOpen: (socket) => !connections.of(socket).gone,
      requireUnrevoked: async (caller) => {
        await requireUnrevoked(env, caller);
        room.requireUnrevoked(caller, Date.now());
      },
      onRenewed: (socket, caller) => handlers.renewed(socket, caller),
      rev: () => handlers.rev(),
    });
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
      inputs = this.#connections.decode(frame);
    } catch (error) {
      return this.#replies.refuseFrame(socket, error);
    }
    this.#room.coalesce(() => this.#take(socket, inputs));
  }

  /** Replies to a durable command, or refuses what was none (`id` undefined where it named none). */
  reply(socket: WebSocket, id: string | undefined, result: Result<Ack>): void {
    this.#replies.reply(socket, id, result);
  }

  /** Takes the commands of a frame, in order. */
  #take(socket: WebSocket, inputs: readonly unknown[]): void {
    const durable: DurableCommand[] = [];
    const submit = () => {
      if (durable.length > 0) this.#handlers.submit(socket, durable.splice(0));
    };
    for (const input of inputs) {
      if (this.#connections.of(socket).gone) return;
      try {
        const command = parse(threadCommand, input);
        if (isDurableCommand(command)) {
          durable.push(command);
          continue;
        }
        if (command.type === "leave") submit();
        this.#run(socket, command);
      } catch (error) {
        // In order: a good command before this one ends the row of bad ones.
        submit();
        this.#handlers.refuse(socket, commandIdOf(input), failed(error));
      }
    }
    submit();
  }

  /** A command that writes nothing by itself. */
  #run(socket: WebSocket, command: Exclude<ThreadCommand, DurableCommand>): void {
    switch (command.type) {
      case "read":
        // Whoever has read a message has received it, and its rev is no lower than its seq.
        this.#room.acknowledged(socket, command.seq);
        this.#handlers.read(socket, command.seq);
        break;
      case "typing":
        this.#handlers.typing(socket);
        break;
      case "got":
        this.#room.acknowledged(socket, command.rev);
        break;
      case "leave":
        return this.#handlers.leave(socket);
      case "auth":
        return this.#renew(socket, command);
    }
    this.#replies.accepted(socket);
  }

  #renew(socket: WebSocket, { id, token }: { id: string; token: string }): void {
    const renewing = this.#renewal.renew(socket, token);
    this.#ctx.waitUntil(this.#replyOnce(socket, id, renewing));
  }

  async #replyOnce(socket: WebSocket, id: string, renewing: Promise<Result<Ack> | undefined>): Promise<void> {
    const result = await renewing;
    if (result) this.reply(socket, id, result);
  }
}
