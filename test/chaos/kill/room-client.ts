/**
 * One user in one room: writes, keeps what is not acknowledged and sends it again after a lost connection, and resumes
 * from the last event it has seen. It is also a witness: of the numbering, and of everything the room was told.
 */
import type { DurableEvent, ThreadEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/model.ts";
import type { Bell } from "../support/bell.ts";
import type { Person } from "../support/people.ts";
import type { Random } from "../support/random.ts";
import type { Server } from "../support/server.ts";
import { WireSocket } from "../support/socket.ts";
import type { Command, Ledger } from "./ledger.ts";
import { Picture } from "./picture.ts";
import type { Findings, Tally } from "./tally.ts";

/** A kind of command for each tenth: most of what people do is talking. */
const TENTHS = ["chat", "chat", "chat", "chat", "chat", "chat", "chat", "edit", "react", "unreact"] as const;
const EMOJIS = ["👍", "🎉", "🐸"];

type Ack = Extract<ThreadEvent, { type: "ack" }>;

export interface RoomParts {
  server: Server;
  random: Random;
  bell: Bell;
  findings: Findings;
  /** The tally of the round that is on. */
  tally: () => Tally;
}

export class RoomClient {
  readonly person: Person;
  readonly ledger: Ledger;
  readonly picture = new Picture();
  readonly #parts: RoomParts;
  readonly #name: string;
  /** In the order they were sent first. */
  readonly #outbox = new Map<string, Command>();
  readonly #ownSeqs: number[] = [];
  #socket: WireSocket<ThreadEvent> | undefined;
  #cursor: { epoch: string; rev: number } | undefined;
  #welcomed = false;
  #connectedAt = 0;
  #commands = 0;
  /** Commands still to be made, and how many may be under way at once. */
  #toSay = 0;
  #window = 0;
  #acks = 0;

  constructor(person: Person, ledger: Ledger, parts: RoomParts) {
    this.person = person;
    this.ledger = ledger;
    this.#parts = parts;
    this.#name = `${person.user.id} in ${ledger.threadId.slice(0, 6)}`;
  }

  get rev(): number {
    return this.#cursor?.rev ?? 0;
  }

  get isWelcomed(): boolean {
    return this.#welcomed;
  }

  /** How many commands are not acknowledged, or not even sent. */
  get pending(): number {
    return this.#outbox.size + this.#toSay;
  }

  get underWay(): number {
    return this.#outbox.size;
  }

  /** How many commands were acknowledged since `talk`. */
  get acks(): number {
    return this.#acks;
  }

  /** Connects, resuming where it can. Without an answer there is no welcome, and `lost` resolves. */
  connect(): void {
    const cursor =
      this.#cursor && `?cursor=${encodeURIComponent(`${this.#cursor.epoch}:${this.#cursor.rev}`)}`;
    const url = `${this.#parts.server.url}/api/threads/${this.ledger.threadId}/socket${cursor ?? ""}`;
    this.#connectedAt = Date.now();
    this.#socket = new WireSocket<ThreadEvent>(url, this.person.token, (event) => {
      this.#hear(event);
      this.#parts.bell.ring();
    });
  }

  /** Resolves when the connection is over, and everything that came on it was heard. */
  async lost(): Promise<void> {
    await this.#socket?.closed;
    this.#socket = undefined;
    this.#welcomed = false;
    this.#toSay = 0;
  }

  /** Says so many things, at most `window` of them unacknowledged at a time. */
  talk(commands: number, window: number): void {
    this.#toSay = commands;
    this.#window = window;
    this.#acks = 0;
    this.#speak();
  }

  #speak(): void {
    const commands: Command[] = [];
    while (this.#toSay > 0 && this.#outbox.size < this.#window) {
      this.#toSay--;
      const command = this.#nextCommand();
      this.#outbox.set(command.id, command);
      this.ledger.sent(this.person.user.id, command);
      this.#parts.tally().sent++;
      commands.push(command);
    }
    this.#send(commands);
  }

  /** One frame or many: both are of the contract. */
  #send(commands: readonly Command[]): void {
    const { random } = this.#parts;
    if (commands.length > 1 && random.next() < 0.5) this.#socket?.send(commands);
    else for (const command of commands) this.#socket?.send(command);
  }

  #nextCommand(): Command {
    const { random } = this.#parts;
    const id = `c${++this.#commands}`;
    const type = random.pick(TENTHS);
    const stored = this.picture.seqs;
    if (type === "edit" && this.#ownSeqs.length > 0)
      return { type, id, seq: random.pick(this.#ownSeqs), body: `${this.#name}: ${id}, thought over` };
    if ((type === "react" || type === "unreact") && stored.length > 0)
      // Mostly at what was just said, as people do.
      return { type, id, seq: random.pick(stored.slice(-10)), emoji: random.pick(EMOJIS) };
    return { type: "chat", id, body: `${this.#name}: ${id}`, since: this.rev };
  }

  #hear(event: ThreadEvent): void {
    switch (event.type) {
      case "welcome":
        return this.#welcome(event);
      case "history":
        for (const message of event.messages) this.picture.show(message);
        return;
      case "ack":
        return this.#acknowledged(event);
      case "error":
        this.#find(`was refused ${event.id ?? "something"}: ${event.message}`);
        // Answered, if badly: the round goes on, to find what else is wrong.
        if (event.id !== undefined) this.#outbox.delete(event.id);
        this.#speak();
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
      this.#parts.tally().resumes++;
      const isSame = resumed && cursor === `${before.epoch}:${before.rev}`;
      if (!isSame) this.#gap(`asked to resume from ${before.rev} and was welcomed at ${cursor}`);
    }
    if (!resumed) this.#cursor = { epoch: thread.epoch, rev: Number(cursor.split(":")[1]) };
    this.#welcomed = true;
    this.#send([...this.#outbox.values()]);
  }

  #durable(event: DurableEvent): void {
    const cursor = this.#cursor;
    if (!cursor) return void this.#find(`heard of ${event.rev} before a welcome`);
    if (event.rev !== cursor.rev + 1) this.#gap(`heard of ${event.rev} after ${cursor.rev}`);
    cursor.rev = Math.max(cursor.rev, event.rev);
    this.picture.apply(event);
  }

  #acknowledged({ id, seq, rev, at }: Ack): void {
    const command = this.#outbox.get(id);
    if (!command) return void this.#find(`had ${id} acknowledged, which was not under way`);
    this.#outbox.delete(id);
    this.#acks++;
    this.#parts.tally().acknowledged++;
    if (rev > this.rev) this.#find(`had ${id} acknowledged as ${rev} before it heard of that`);
    if (command.type === "chat") this.#stored(command.id, seq, at);
    this.#speak();
  }

  #stored(id: string, seq: number | undefined, at: number): void {
    const message: Message | undefined = seq === undefined ? undefined : this.picture.message(seq);
    if (!message) return void this.#find(`had ${id} acknowledged as message ${seq} and was not told it`);
    if (message.id !== id || message.author.id !== this.person.user.id)
      this.#find(`had ${id} acknowledged as message ${seq}, which is ${message.author.id}'s ${message.id}`);
    this.ledger.acknowledged(this.person.user.id, id, message.seq);
    this.#ownSeqs.push(message.seq);
    // Older than this connection: it was stored before the kill, and this is the answer to a repeat.
    if (at < this.#connectedAt) this.#parts.tally().ackLost++;
  }

  #gap(violation: string): void {
    if (this.#find(violation)) this.#parts.tally().resumesWithGaps++;
  }

  #find(violation: string): boolean {
    return this.#parts.findings.add(`${this.#name} ${violation}`);
  }
}
