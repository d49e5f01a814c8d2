/**
 * Lilypad in the drop program, by the unmodified socket.io-client with its defaults, over each of its transports in turn. As
 * docs/socketio.md has it: a message that is not acknowledged is sent again under its id, and who is not recovered joins again.
 */
import { io, type Socket } from "socket.io-client";
import type { ChatSystem, Participant } from "./chat-system.ts";
import { startLilypadGroup } from "./lilypad-group.ts";

const TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"]];
/** How long an acknowledgement may take before a message is sent again. */
const ACK_MS = 5_000;

interface Chat {
  content: string;
  rev: number;
}

type Answer = { ok: true; cursor?: string } | { ok: false; error: { code: string } };

export async function startLilypadSocketIo(names: readonly string[]): Promise<ChatSystem> {
  const { system, threadId, tokenOf } = await startLilypadGroup(names);
  return {
    ...system,
    name: "Lilypad by socket.io-client",
    join: async (name, url) => {
      const transports = TRANSPORTS[names.indexOf(name) % TRANSPORTS.length] ?? [];
      const socket = io(url, { auth: { token: tokenOf(name) }, transports, forceNew: true });
      const participant = new SocketIoParticipant(socket, threadId);
      await participant.joined;
      return participant;
    },
  };
}

class SocketIoParticipant implements Participant {
  readonly joined: Promise<void>;
  readonly #socket: Socket;
  readonly #room: string;
  readonly #texts: string[] = [];
  readonly #refusals: string[] = [];
  #epoch = "";
  /** Of the newest message that was received. */
  #rev = 0;
  #isJoined = false;
  #pending = 0;
  /** Each message is sent when the one before it is acknowledged. */
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Socket, room: string) {
    this.#socket = socket;
    this.#room = room;
    socket.on("chat", ({ content, rev }: Chat) => {
      this.#texts.push(content);
      this.#rev = rev;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.joined = promise;
    socket.on("connect", () => {
      // Recovered in no room, where the answer to its join was lost.
      if (socket.recovered && this.#isJoined) return;
      if (this.#isJoined) this.#refusals.push("a lost connection was not recovered");
      void this.#join().then(resolve);
    });
    socket.on("connect_error", ({ data }: Error & { data?: { code: string } }) => {
      // Without data it is the network.
      if (data) this.#refusals.push(`connecting was refused: ${data.code}`);
    });
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  get isIdle(): boolean {
    return this.isConnected && this.#isJoined && this.#pending === 0;
  }

  send(text: string): void {
    this.#pending++;
    this.#last = this.#last.then(() => this.#sendUntilStored(text)).finally(() => this.#pending--);
  }

  received() {
    return [{ texts: this.#texts }];
  }

  violations(): string[] {
    return this.#refusals;
  }

  close(): void {
    this.#socket.close();
  }

  /** Joins the room, at first from its beginning and then from what was received. A lost connection gives it up. */
  async #join(): Promise<void> {
    this.#isJoined = false;
    const cursor = this.#epoch === "" ? undefined : `${this.#epoch}:${this.#rev}`;
    const answer = await this.#ask("join", { room: this.#room, cursor }).catch(() => undefined);
    if (!answer) return;
    if (!answer.ok) return void this.#refusals.push(`joining was refused: ${answer.error.code}`);
    this.#epoch ||= answer.cursor?.split(":")[0] ?? "";
    this.#isJoined = true;
  }

  async #sendUntilStored(text: string): Promise<void> {
    for (;;) {
      const answer = await this.#ask("chat", { room: this.#room, content: text, clientId: text }).catch(
        () => undefined,
      );
      if (answer?.ok === false) this.#refusals.push(`sending "${text}" was refused: ${answer.error.code}`);
      if (answer) return;
    }
  }

  #ask(name: string, input: object): Promise<Answer> {
    return this.#socket.timeout(ACK_MS).emitWithAck(name, input) as Promise<Answer>;
  }
}
