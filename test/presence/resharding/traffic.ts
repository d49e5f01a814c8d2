/** People who write, read, join, leave, rename themselves, come and go at random, while others do things to the server. */
import { runDurableObjectAlarm } from "cloudflare:test";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import type { Random } from "../../chaos/support/random.ts";
import { threadStub } from "../../support/objects.ts";
import { hostToken, type Person } from "../../support/people.ts";
import type { TestSocket } from "../../support/socket.ts";
import { ask, openTab, threadsOf } from "./deployment.ts";

/** What one has in one's list, of each thread: what a tab and the list itself are held to. */
export type Threads = Record<string, { seq: number; unread: number }>;

/** A tab that comes back when it is closed or lost, as a client does. */
export class Tab {
  readonly #who: Person;
  #socket: TestSocket<PresenceEvent> | undefined;
  #isWanted = true;
  /** How often it was closed to reconnect elsewhere. */
  moves = 0;

  constructor(who: Person) {
    this.#who = who;
    void this.#connect();
  }

  close(): void {
    this.#isWanted = false;
    this.#socket?.close();
  }

  /** What it knows from what it received; undefined while it is not connected. */
  get known(): Threads | undefined {
    const events = this.#socket?.events ?? [];
    if (events.length === 0) return undefined;
    const threads: Threads = {};
    for (const event of events) {
      if (event.type === "welcome")
        for (const { threadId, seq, unread } of event.threads) threads[threadId] = { seq, unread };
      else if (event.type === "new_message")
        threads[event.threadId] = { seq: event.seq, unread: event.unread };
      else if (event.type === "thread")
        threads[event.thread.id] = { seq: event.thread.seq, unread: event.thread.unread };
      else if (event.type === "thread_removed") delete threads[event.threadId];
      else if (event.type === "read") {
        const thread = threads[event.threadId];
        if (thread) thread.unread = event.unread;
      }
    }
    return threads;
  }

  async #connect(): Promise<void> {
    while (this.#isWanted) {
      const socket = await openTab(this.#who).catch(() => undefined);
      if (!socket) continue;
      this.#socket = socket;
      const closing = Promise.withResolvers<void>();
      socket.raw.addEventListener("message", () => {
        if (socket.events.at(-1)?.type === "closing") closing.resolve();
      });
      await Promise.race([socket.closed, closing.promise.then(() => this.moves++)]);
      socket.close();
      this.#socket = undefined;
    }
  }
}

export class Traffic {
  readonly people: readonly Person[];
  readonly tabs = new Map<Person, Tab>();
  readonly #threads: readonly { id: string; owner: Person }[];
  readonly #random: Random;
  #happened = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(people: readonly Person[], threads: { id: string; owner: Person }[], random: Random) {
    this.people = people;
    this.#threads = threads;
    this.#random = random;
  }

  /** These people, in groups of some of them. */
  static async among(people: readonly Person[], groups: number, random: Random): Promise<Traffic> {
    const threads: { id: string; owner: Person }[] = [];
    for (let i = 0; i < groups; i++) {
      const owner = random.pick(people);
      const memberIds = people.filter(() => random.next() < 0.4).map(({ user }) => user.id);
      const { id } = await ask<Thread>(owner, "POST", "/api/threads", { kind: "group", memberIds });
      threads.push({ id, owner });
    }
    return new Traffic(people, threads, random);
  }

  get threadIds(): string[] {
    return this.#threads.map(({ id }) => id);
  }

  /** Everybody does so many things, one after the other. */
  async run(actions: number): Promise<void> {
    await Promise.all(
      this.people.map(async (who) => {
        for (let i = 0; i < actions; i++) await this.#doSomething(who);
      }),
    );
  }

  /** Everybody goes on doing things, until this is over. */
  async runDuring(something: Promise<void>): Promise<void> {
    const state = { isOver: false };
    const over = something.finally(() => (state.isOver = true));
    const going = this.people.map(async (who) => {
      while (!state.isOver) await this.#doSomething(who);
    });
    await Promise.all([over, ...going]);
  }

  /** Waits until so many more things were done. */
  async goesOn(actions: number): Promise<void> {
    for (const until = this.#happened + actions; this.#happened < until;)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Everybody opens a tab. */
  openTabs(): void {
    for (const who of this.people) if (!this.tabs.has(who)) this.tabs.set(who, new Tab(who));
  }

  /** What each person's list is to be, from the threads themselves. */
  async truth(): Promise<Map<Person, Threads>> {
    const truth = new Map<Person, Threads>(this.people.map((who) => [who, {}]));
    for (const { id, owner } of this.#threads) {
      const { seq, members } = await ask<Thread>(owner, "GET", `/api/threads/${id}`);
      for (const { user, readSeq } of members) {
        const who = this.people.find((person) => person.user.id === user.id);
        const threads = who && truth.get(who);
        if (threads) threads[id] = { seq, unread: seq - readSeq };
      }
    }
    return truth;
  }

  /** What each person's list is. */
  async lists(): Promise<Map<Person, Threads>> {
    const lists = await Promise.all(
      this.people.map(async (who): Promise<[Person, Threads]> => {
        const threads = await threadsOf(who);
        return [who, Object.fromEntries(threads.map(({ id, seq, unread }) => [id, { seq, unread }]))];
      }),
    );
    return new Map(lists);
  }

  /** Has everything pending in the threads sent now, and not when they would retry by themselves. */
  async hurry(): Promise<void> {
    for (const id of this.threadIds) await runDurableObjectAlarm(threadStub(id));
  }

  async #doSomething(who: Person): Promise<void> {
    await this.#act(who).catch(mayBeRefused);
    this.#happened++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #act(who: Person): Promise<void> {
    const random = this.#random;
    const { id, owner } = random.pick(this.#threads);
    const dice = random.next();
    if (dice < 0.4) await ask(who, "POST", `/api/threads/${id}/messages`, { body: `${random.next()}` });
    else if (dice < 0.6) await ask(who, "PUT", `/api/threads/${id}/read`, { seq: random.between(1, 1_000) });
    else if (dice < 0.7)
      await ask(owner, "PUT", `/api/threads/${id}/members/${encodeURIComponent(who.user.id)}`);
    else if (dice < 0.75 && who !== owner)
      await ask(who, "DELETE", `/api/threads/${id}/members/${encodeURIComponent(who.user.id)}`);
    else if (dice < 0.8) await ask({ ...who, token: await renamed(who, random) }, "POST", "/api/session");
    else if (dice < 0.9) this.#toggleTab(who);
    else await ask(who, "GET", "/api/threads");
  }

  #toggleTab(who: Person): void {
    const tab = this.tabs.get(who);
    if (!tab) this.tabs.set(who, new Tab(who));
    else if (this.#random.next() < 0.5) {
      tab.close();
      this.tabs.delete(who);
    }
  }
}

/** One who is no member is refused, and a crash may strike anything. */
function mayBeRefused(error: unknown): void {
  if (!/answered (403|404|503)/.test(String(error))) throw error;
}

function renamed({ user }: Person, random: Random): Promise<string> {
  return hostToken({ sub: user.id, name: `Name ${random.between(1, 1_000)}` });
}
