/**
 * The commands of a relay's sockets, on their way to the thread: in order, one call at a time, and what comes while one is
 * under way goes together in the next. Remembers who waits for which reply: it can only come in the session that was there
 * when the thread took the command.
 */
import type { RelayedCommand, RelayedRequest } from "../../rpc/relay.ts";

interface Sender<S> {
  socket: S;
  /** By the command's id, the session that will bring the reply; undefined while the command is on its way. */
  unanswered: Map<string, string | undefined>;
}

export interface RequestQueueOptions<S> {
  /** Resolves with the id of the session that will bring the replies. */
  send: (requests: RelayedRequest[]) => Promise<string>;
  /** What these sent may be lost, or the reply to it. */
  onLoss: (sockets: S[]) => void;
}

export class RequestQueue<S> {
  readonly #options: RequestQueueOptions<S>;
  readonly #senders = new Map<string, Sender<S>>();
  #waiting: RelayedRequest[] = [];
  #isSending = false;

  constructor(options: RequestQueueOptions<S>) {
    this.#options = options;
  }

  /** Sends a socket's commands. Durable ones, and what is refused, will be replied to. */
  send(socket: S, { id, userId }: { id: string; userId: string }, commands: RelayedCommand[]): void {
    let sender = this.#senders.get(id);
    if (!sender) this.#senders.set(id, (sender = { socket, unanswered: new Map() }));
    for (const command of commands) {
      const commandId = repliedId(command);
      if (commandId !== undefined) sender.unanswered.set(commandId, undefined);
      this.#waiting.push({ socket: id, userId, command });
    }
    void this.#run();
  }

  /** The socket with this id, if it sent anything since this object woke. */
  socket(id: string): S | undefined {
    return this.#senders.get(id)?.socket;
  }

  /** A command of this socket was replied to. */
  replied(id: string, commandId: string): void {
    this.#senders.get(id)?.unanswered.delete(commandId);
  }

  /** The socket is gone. */
  forget(id: string): void {
    this.#senders.delete(id);
  }

  /** The thread is in this session: no other will bring replies any more. */
  inSession(sessionId: string): void {
    this.#lose((takenIn) => takenIn !== undefined && takenIn !== sessionId);
  }

  /** Replies may have been lost on their way. */
  lost(): void {
    this.#lose(() => true);
  }

  async #run(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#waiting.length > 0) {
        const requests = this.#waiting;
        this.#waiting = [];
        const sessionId = await this.#options.send(requests);
        this.inSession(sessionId);
        for (const { socket, command } of requests) {
          const unanswered = this.#senders.get(socket)?.unanswered;
          const commandId = repliedId(command);
          if (commandId !== undefined && unanswered?.has(commandId)) unanswered.set(commandId, sessionId);
        }
      }
    } catch (error) {
      console.error("the thread did not take its relay's commands", error);
      this.#waiting = [];
      this.lost();
    } finally {
      this.#isSending = false;
    }
  }

  #lose(isLost: (takenIn: string | undefined) => boolean): void {
    const senders = [...this.#senders.values()];
    const losing = senders.filter(({ unanswered }) => [...unanswered.values()].some(isLost));
    if (losing.length > 0) this.#options.onLoss(losing.map(({ socket }) => socket));
  }
}

/** The id that the reply to a command will name, where one is waited for. */
function repliedId(command: RelayedCommand): string | undefined {
  if (command.type === "refused") return command.about;
  return "id" in command ? command.id : undefined;
}
