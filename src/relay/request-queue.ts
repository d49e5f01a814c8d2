/**
 * What a relay's sockets say, on its way to the thread: in order, one call at a time, and what comes while one is under
 * way goes together in the next. Remembers who waits for which answer: it can only come down the line that was there when
 * the thread took the command.
 */
import type { Forwarded, FromSocket } from "../rpc/relay.ts";

interface Speaker {
  socket: WebSocket;
  /** By the command's id, the life of that line; undefined while it is on its way. */
  unanswered: Map<string, string | undefined>;
}

export interface UpstreamOptions {
  /** Resolves with the life of the line that will bring the answers. */
  say: (said: FromSocket[]) => Promise<string>;
  /** What these said may be lost, or its answer is. */
  onLoss: (sockets: WebSocket[]) => void;
}

export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #speakers = new Map<string, Speaker>();
  #waiting: FromSocket[] = [];
  #isSaying = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Hands over what a socket's client said; durable commands, and what is refused, will be answered. */
  say(socket: WebSocket, { id, userId }: { id: string; userId: string }, commands: Forwarded[]): void {
    let speaker = this.#speakers.get(id);
    if (!speaker) this.#speakers.set(id, (speaker = { socket, unanswered: new Map() }));
    for (const command of commands) {
      const commandId = idOf(command);
      if (commandId !== undefined) speaker.unanswered.set(commandId, undefined);
      this.#waiting.push({ socket: id, userId, command });
    }
    void this.#run();
  }

  /** The socket that is spoken to. */
  socket(id: string): WebSocket | undefined {
    return this.#speakers.get(id)?.socket;
  }

  /** A command of this socket was answered. */
  answered(id: string, commandId: string): void {
    this.#speakers.get(id)?.unanswered.delete(commandId);
  }

  /** The socket is gone. */
  forget(id: string): void {
    this.#speakers.delete(id);
  }

  /** The thread has a line of this life: no other will bring answers any more. */
  heard(life: string): void {
    this.#lose((takenIn) => takenIn !== undefined && takenIn !== life);
  }

  /** Answers may have been lost on their way. */
  lost(): void {
    this.#lose(() => true);
  }

  async #run(): Promise<void> {
    if (this.#isSaying) return;
    this.#isSaying = true;
    try {
      while (this.#waiting.length > 0) {
        const said = this.#waiting;
        this.#waiting = [];
        const life = await this.#options.say(said);
        this.heard(life);
        for (const { socket, command } of said) {
          const unanswered = this.#speakers.get(socket)?.unanswered;
          const commandId = idOf(command);
          if (commandId !== undefined && unanswered?.has(commandId)) unanswered.set(commandId, life);
        }
      }
    } catch (error) {
      console.error("the thread did not take what its relay said", error);
      this.#waiting = [];
      this.lost();
    } finally {
      this.#isSaying = false;
    }
  }

  #lose(isLost: (takenIn: string | undefined) => boolean): void {
    const speakers = [...this.#speakers.values()];
    const losers = speakers.filter(({ unanswered }) => [...unanswered.values()].some(isLost));
    if (losers.length > 0) this.#options.onLoss(losers.map(({ socket }) => socket));
  }
}

/** The id that the answer to a command will name, where one is waited for. */
function idOf(command: Forwarded): string | undefined {
  if (command.type === "refused") return command.about;
  return "id" in command ? command.id : undefined;
}
