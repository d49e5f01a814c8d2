/**
 * What comes over a thread's sockets: frames become commands, each command is answered, and what is no command of
 * the contract is refused. Several commands in a frame stand or fall alone, in order.
 */
import { verifyHostToken } from "../auth/host-token.ts";
import type { AlarmClock } from "../durable/alarm-clock.ts";
import type { Connections } from "../durable/connections.ts";
import { commandsIn, idOf, toFrames } from "../durable/frames.ts";
import { Refusals } from "../durable/refusals.ts";
import { threadCommand, type ChangeCommand, type ThreadCommand } from "../protocol/commands.ts";
import { CLOSE, LilypadError } from "../protocol/errors.ts";
import type { ThreadEvent } from "../protocol/events.ts";
import type { User } from "../protocol/model.ts";
import { parse } from "../protocol/parse.ts";
import { editMessage, eraseMessage, react, sendMessage } from "./message-commands.ts";
import type { Outcome } from "./outcome.ts";
import type { Reading } from "./reading.ts";
import type { Room } from "./room.ts";
import type { ThreadStore } from "./thread-store.ts";
import type { Thread } from "./thread.ts";
import type { Pending, Result, Writer } from "./writer.ts";

export class SocketDoor {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #clock: AlarmClock;
  readonly #connections: Connections;
  readonly #store: ThreadStore;
  readonly #room: Room;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #refusals: Refusals;

  constructor(
    ctx: DurableObjectState,
    env: Env,
    parts: {
      clock: AlarmClock;
      connections: Connections;
      store: ThreadStore;
      room: Room;
      writer: Writer;
      reading: Reading;
    },
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#clock = parts.clock;
    this.#connections = parts.connections;
    this.#store = parts.store;
    this.#room = parts.room;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
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
    this.#room.heard(socket, now);
    this.#room.sweep(now);
    let commands: unknown[];
    try {
      commands = commandsIn(frame);
    } catch (error) {
      return this.#refusals.refuse(socket, error, undefined, now);
    }
    const changes: Pending[] = [];
    for (const input of commands) {
      if (this.#connections.of(socket).gone) return;
      try {
        const command = parse(threadCommand, input);
        if (isChange(command)) {
          changes.push(this.#pending(socket, command));
          continue;
        }
        if (command.type === "leave") this.#apply(changes);
        this.#run(socket, command, now);
      } catch (error) {
        // In order: a good command before this one ends the row of bad ones.
        this.#apply(changes);
        this.#refusals.refuse(socket, error, idOf(input), now);
      }
    }
    this.#writer.submit(changes);
  }

  /** Applies at once what came before in the same frame. */
  #apply(changes: Pending[]): void {
    this.#writer.submit(changes.splice(0));
    this.#writer.flush();
  }

  #pending(socket: WebSocket, command: ChangeCommand): Pending {
    const user = this.#user(socket);
    return {
      user,
      run: (thread, now) => runChange(thread, user, command, now),
      settle: (result) => this.#settle(socket, command.id, result),
    };
  }

  #settle(socket: WebSocket, id: string, result: Result<unknown>): void {
    if ("error" in result) return this.#refusals.refuse(socket, result.error, id, Date.now());
    this.#refusals.accepted(socket);
    this.#send(socket, { type: "ack", id, ...result.outcome.ack });
  }

  /** A command that changes nothing durable by itself. */
  #run(socket: WebSocket, command: Exclude<ThreadCommand, ChangeCommand>, now: number): void {
    const user = this.#user(socket);
    switch (command.type) {
      case "read":
        this.#reading.move(user, command.seq, now);
        break;
      case "typing":
        this.#room.typing(user.id, now);
        break;
      case "leave":
        return this.#room.close(socket, CLOSE.left, "left");
      case "auth":
        this.#ctx.waitUntil(this.#renew(socket, user, command));
        return;
    }
    this.#refusals.accepted(socket);
  }

  /** A fresh token of the same user lets the socket live until that one's end. */
  async #renew(socket: WebSocket, user: User, { id, token }: { id: string; token: string }): Promise<void> {
    try {
      const caller = await verifyHostToken(this.#env, token);
      if (caller.user.id !== user.id) throw new LilypadError("forbidden", "That token is another user's.");
      if (this.#connections.of(socket).gone) return;
      this.#connections.update(socket, { expiresAt: caller.expiresAt });
      this.#clock.wakeBy(caller.expiresAt);
      this.#refusals.accepted(socket);
      this.#send(socket, { type: "ack", id, rev: this.#store.require().rev, at: Date.now() });
    } catch (error) {
      this.#refusals.refuse(socket, error, id, Date.now());
    }
  }

  #user(socket: WebSocket): User {
    return this.#store.require().people.get(this.#connections.of(socket).userId);
  }

  #send(socket: WebSocket, event: ThreadEvent): void {
    for (const frame of toFrames([event])) this.#connections.send(socket, frame);
  }
}

function isChange(command: ThreadCommand): command is ChangeCommand {
  return "id" in command && command.type !== "auth";
}

/** What a durable command means; HTTP calls the same. */
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
