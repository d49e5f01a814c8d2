/**
 * One user's client in one thread: it sends commands, sends the unacknowledged ones again after a lost connection, and
 * resumes with its cursor. It checks the numbering of the events and keeps a replica of the messages.
 */
import type { DurableEvent, ThreadEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/model.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import type { Random } from "../support/random.ts";
import type { Server } from "../support/server.ts";
import type { SignedInUser } from "../support/users.ts";
import { WireSocket } from "../support/wire-socket.ts";
import type { ExpectedThread, SentCommand } from "./expected-thread.ts";
import type { KillCounts, ViolationLog } from "./kill-counts.ts";
import { MessageReplica } from "./message-replica.ts";

/** The mix of commands: seven of ten are messages. */
const COMMAND_MIX = [
  "chat",
  "chat",
  "chat",
  "chat",
  "chat",
  "chat",
  "chat",
  "edit",
  "react",
  "unreact",
] as const;
const EMOJIS = ["👍", "🎉", "🐸"];
/** Reactions are to one of the newest messages. */
const REACTED_TO = 10;

type AckEvent = Extract<ThreadEvent, { type: "ack" }>;

/** What all clients and checks of a run share. */
export interface KillContext {
  server: Server;
  random: Random;
  changes: ChangeNotifier;
  violations: ViolationLog;
  /** The counts of the current round's kill point. */
  counts: () => KillCounts;
}

export class ResumingClient {
  readonly user: SignedInUser;
  readonly thread: ExpectedThread;
  readonly replica = new MessageReplica();
  readonly #context: KillContext;
  readonly #name: string;
  /** Unacknowledged commands by id, in the order in which they were first sent. */
  readonly #outbox = new Map<string, SentCommand>();
  readonly #ownSeqs: number[] = [];
  #socket: WireSocket<ThreadEvent> | undefined;
  #cursor: { epoch: string; rev: number } | undefined;
  #welcomed = false;
  #connectedAt = 0;
  #commands = 0;
  /** Commands of the burst that are not sent yet, and how many may be unacknowledged at once. */
  #unsent = 0;
  #window = 0;
  #acks = 0;

  constructor(user: SignedInUser, thread: ExpectedThread, context: KillContext) {
    this.user = user;
    this.thread = thread;
    this.#context = context;
    this.#name = `${user.id} in ${thread.label}`;
  }

  get rev(): number {
    return this.#cursor?.rev ?? 0;
  }

  get isWelcomed(): boolean {
    return this.#welcomed;
  }

  /** How many commands are unacknowledged or not sent yet. */
  get pending(): number {
    return this.#outbox.size + this.#unsent;
  }

  /** How many commands were acknowledged since the burst began. */
  get acks(): number {
    return this.#acks;
  }

  /** Connects, with its cursor if it has one. Where that fails there is no welcome, and `disconnected` resolves. */
  connect(): void {
    const cursor =
      this.#cursor && `?cursor=${encodeURIComponent(`${this.#cursor.epoch}:${this.#cursor.rev}`)}`;
    const url = `${this.#context.server.url}/api/threads/${this.thread.threadId}/socket${cursor ?? ""}`;
    this.#connectedAt = Date.now();
    this.#socket = new WireSocket<ThreadEvent>(url, this.user.token, (event) => {
      this.#receive(event);
      this.#context.changes.notify();
    });
  }

  /** Resolves when the connection is over and all its events were handled. Commands not sent yet are dropped. */
  async disconnected(): Promise<void> {
    await this.#socket?.closed;
    this.#socket = undefined;
    this.#welcomed = false;
    this.#unsent = 0;
  }

  /** Sends so many commands, with at most `window` of them unacknowledged at once. */
  startBurst(commands: number, window: number): void {
    this.#unsent = commands;
    this.#window = window;
    this.#acks = 0;
    this.#fillWindow();
  }

  #fillWindow(): void {
    const commands: SentCommand[] = [];
    while (this.#unsent > 0 && this.#outbox.size < this.#window) {
      this.#unsent--;
      const command = this.#nextCommand();
      this.#outbox.set(command.id, command);
      this.thread.sent(this.user.id, command);
      this.#context.counts().sent++;
      commands.push(command);
    }
    this.#send(commands);
  }

  /** In one frame or in one each, at random: the contract allows both. */
  #send(commands: readonly SentCommand[]): void {
    const { random } = this.#context;
    if (commands.length > 1 && random.next() < 0.5) this.#socket?.send(commands);
    else for (const command of commands) this.#socket?.send(command);
  }

  #nextCommand(): SentCommand {
    const { random } = this.#context;
    const id = `c${++this.#commands}`;
    const type = random.pick(COMMAND_MIX);
    const seqs = this.replica.seqs;
    if (type === "edit" && this.#ownSeqs.length > 0)
      return { type, id, seq: random.pick(this.#ownSeqs), body: `${this.#name}: edited by ${id}` };
    if ((type === "react" || type === "unreact") && seqs.length > 0)
      return { type, id, seq: random.pick(seqs.slice(-REACTED_TO)), emoji: random.pick(EMOJIS) };
    return { type: "chat", id, body: `${this.#name}: ${id}`, since: this.rev };
  }

  #receive(event: ThreadEvent): void {
    switch (event.type) {
      case "welcome":
        return this.#welcome(event);
      case "history":
        for (const message of event.messages) this.replica.put(message);
        return;
      case "ack":
        return this.#acknowledged(event);
      case "error":
        this.#report(`got an error for ${event.id ?? "a command"}: ${event.message}`);
        // An answer all the same: the round goes on and may find more.
        if (event.id !== undefined) this.#outbox.delete(event.id);
        this.#fillWindow();
        return;
      case "chat":
      case "edit":
      case "delete":
      case "react":
      case "unreact":
      case "member":
      case "member_removed":
      case "thread":
        this.#durable(event);
    }
  }

  #welcome({ cursor, resumed, thread }: Extract<ThreadEvent, { type: "welcome" }>): void {
    const before = this.#cursor;
    if (before) {
      this.#context.counts().resumes++;
      const isSame = resumed && cursor === `${before.epoch}:${before.rev}`;
      if (!isSame) this.#reportGap(`asked to resume from ${before.rev} and was welcomed at ${cursor}`);
    }
    if (!resumed) this.#cursor = { epoch: thread.epoch, rev: Number(cursor.split(":")[1]) };
    this.#welcomed = true;
    this.#send([...this.#outbox.values()]);
  }

  #durable(event: DurableEvent): void {
    const cursor = this.#cursor;
    if (!cursor) return void this.#report(`got rev ${event.rev} before a welcome`);
    if (event.rev !== cursor.rev + 1) this.#reportGap(`got rev ${event.rev} after ${cursor.rev}`);
    cursor.rev = Math.max(cursor.rev, event.rev);
    this.replica.apply(event);
  }

  #acknowledged({ id, seq, rev, at }: AckEvent): void {
    const command = this.#outbox.get(id);
    if (!command) return void this.#report(`got an ack of ${id}, which was not pending`);
    this.#outbox.delete(id);
    this.#acks++;
    this.#context.counts().acknowledged++;
    if (rev > this.rev) this.#report(`got the ack of ${id} (rev ${rev}) before its event`);
    if (command.type === "chat") this.#stored(command.id, seq, at);
    this.#fillWindow();
  }

  #stored(id: string, seq: number | undefined, at: number): void {
    const message: Message | undefined = seq === undefined ? undefined : this.replica.message(seq);
    if (!message) return void this.#report(`got an ack of ${id} as message ${seq}, but not the message`);
    if (message.id !== id || message.author.id !== this.user.id)
      this.#report(`got an ack of ${id} as message ${seq}, which is ${message.author.id}'s ${message.id}`);
    this.thread.acknowledged(this.user.id, id, message.seq);
    this.#ownSeqs.push(message.seq);
    // Older than this connection: it was stored before the kill, and this acknowledges the retry.
    if (at < this.#connectedAt) this.#context.counts().acksLost++;
  }

  #reportGap(violation: string): void {
    if (this.#report(violation)) this.#context.counts().resumesWithGaps++;
  }

  #report(violation: string): boolean {
    return this.#context.violations.add(`${this.#name} ${violation}`);
  }
}
