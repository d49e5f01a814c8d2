/** Durable commands on their way to a thread: over the room's line where the session is in it, which keeps their order, else by a call. */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { Message } from "../../protocol/model.ts";
import { socketIoMessage } from "../../protocol/socketio/message.ts";
import { callForValue } from "../../rpc/call.ts";
import { valueOf } from "../../rpc/result.ts";
import { threadStub } from "../../rpc/thread.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { AskedEvent } from "./asked-event.ts";
import type { ThreadTarget } from "./event-targets.ts";

/** A command's sender, and its thread. */
export type CommandTarget = AskedEvent & ThreadTarget;

export class ThreadCommands {
  readonly #env: Env;
  readonly #rooms: Rooms;

  constructor({ env, rooms }: { env: Env; rooms: Rooms }) {
    this.#env = env;
    this.#rooms = rooms;
  }

  /** Runs a command and replies. Resolves when the next one may be sent: over a line at once. */
  async run(target: CommandTarget, command: DurableCommand): Promise<void> {
    const { session, caller, threadId, reply } = target;
    const member = this.#rooms.placeOf(session, caller, threadId);
    const line = this.#rooms.room(threadId)?.line;
    if (!member || !line) return this.#call(target, command);
    // From then on a message under this id is one that was stored by this very command.
    const repeat = command.type === "chat" ? { ...command, since: command.since ?? line.rev } : command;
    member.expect(command.id, {
      onReply: ({ reply: result, message }) => {
        try {
          valueOf(result);
          this.#succeed(target, message);
        } catch (error) {
          reply.failure(error);
        }
      },
      onLost: () => {
        if (!session.isClosed)
          void this.#call(target, repeat).catch((error: unknown) => reply.failure(error));
      },
    });
    line.send(member, command);
  }

  async #call(target: CommandTarget, command: DurableCommand): Promise<void> {
    const { caller, threadId } = target;
    const value = await callForValue(
      () => threadStub(this.#env, this.#env.CHAT_THREAD.idFromString(threadId)),
      (thread) => thread.run(caller.user, command, caller.namedAt),
    );
    this.#succeed(target, value ? ("message" in value ? value.message : value) : undefined);
  }

  #succeed({ threadId, name, reply }: CommandTarget, message: Message | undefined): void {
    reply.success(message && { message: socketIoMessage(message, threadId, name) });
  }
}
