/** Random traffic: users who send, read, join, leave, rename themselves, and open and close tabs. */
import { runDurableObjectAlarm } from "cloudflare:test";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { InvitedState } from "../../../src/protocol/http.ts";
import type { Member, Thread } from "../../../src/protocol/model.ts";
import type { Random } from "../../chaos/support/random.ts";
import { threadStub } from "../../support/objects.ts";
import { hostToken, type Person } from "../../support/host-users.ts";
import type { TestSocket } from "../../support/socket.ts";
import { ask, openTab, threadsOf } from "./deployment.ts";

/** A user's list of threads, by id: as expected, as HTTP returns it, and as a tab knows it. */
export type Threads = Record<string, { seq: number; unread: number }>;

/** A tab that reconnects when it is closed or lost, as a client does. */
export class ReconnectingTab {
  readonly #who: Person;
  #socket: TestSocket<PresenceEvent> | undefined;
  #isWanted = true;
  /** How often the server closed it to make it reconnect. */
  moves = 0;

  constructor(who: Person) {
    this.#who = who;
    void this.#connect();
  }

  close(): void {
    this.#isWanted = false;
    this.#socket?.close();
  }

  /** The list of threads, from the events that it received; undefined while it is not connected. */
  get known(): Threads | undefined {
    const events = this.#socket?.events ?? [];
    if (events.length === 0) return undefined;
    const threads: Threads = {};
    for (const event of events) {
      if (event.type === "welcome")
        for (const { threadId, seq, unread } of event.threads) threads[threadId] = { seq, unread };
      else if (event.type === "new_message")
        threads[event.threadId] = { seq: event.seq, unread: event.unread };
      // Who has left is only invited by others: that is no thread of theirs.
      else if (event.type === "thread" && event.thread.state === undefined)
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
  readonly users: readonly Person[];
  readonly tabs = new Map<Person, ReconnectingTab>();
  readonly #threads: readonly { id: string; owner: Person }[];
  readonly #random: Random;
  #actionsTaken = 0;
  readonly #waiting: (() => void)[] = [];

  private constructor(users: readonly Person[], threads: { id: string; owner: Person }[], random: Random) {
    this.users = users;
    this.#threads = threads;
    this.#random = random;
  }

  /** Creates groups of some of these users. */
  static async create(users: readonly Person[], groups: number, random: Random): Promise<Traffic> {
    const threads: { id: string; owner: Person }[] = [];
    for (let i = 0; i < groups; i++) {
      const owner = random.pick(users);
      const memberIds = users.filter(() => random.next() < 0.4).map(({ user }) => user.id);
      const { id } = await ask<Thread>(owner, "POST", "/api/threads", { kind: "group", memberIds });
      threads.push({ id, owner });
    }
    return new Traffic(users, threads, random);
  }

  get threadIds(): string[] {
    return this.#threads.map(({ id }) => id);
  }

  /** Every user takes so many random actions, one after the other. */
  async run(actions: number): Promise<void> {
    await Promise.all(
      this.users.map(async (who) => {
        for (let i = 0; i < actions; i++) await this.#takeAction(who);
      }),
    );
  }

  /** Every user takes random actions until the promise settles. */
  async runDuring(work: Promise<void>): Promise<void> {
    const state = { isOver: false };
    const over = work.finally(() => (state.isOver = true));
    const going = this.users.map(async (who) => {
      while (!state.isOver) await this.#takeAction(who);
    });
    await Promise.all([over, ...going]);
  }

  /** Waits until so many more actions were taken. */
  async awaitActions(actions: number): Promise<void> {
    for (const until = this.#actionsTaken + actions; this.#actionsTaken < until;)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Opens a tab for every user without one. */
  openTabs(): void {
    for (const who of this.users) if (!this.tabs.has(who)) this.tabs.set(who, new ReconnectingTab(who));
  }

  /** Each user's expected list, from the threads themselves. */
  async expectedLists(): Promise<Map<Person, Threads>> {
    const expectedLists = new Map<Person, Threads>(this.users.map((who) => [who, {}]));
    for (const { id, owner } of this.#threads) {
      const { seq, members } = await ask<Thread>(owner, "GET", `/api/threads/${id}`);
      for (const { user, readSeq } of members) {
        const who = this.users.find((person) => person.user.id === user.id);
        const threads = who && expectedLists.get(who);
        if (threads) threads[id] = { seq, unread: seq - readSeq };
      }
    }
    return expectedLists;
  }

  /** Each user's list, as HTTP returns it. */
  async lists(): Promise<Map<Person, Threads>> {
    const lists = await Promise.all(
      this.users.map(async (who): Promise<[Person, Threads]> => {
        const threads = (await threadsOf(who)).filter(({ state }) => state === undefined);
        return [who, Object.fromEntries(threads.map(({ id, seq, unread }) => [id, { seq, unread }]))];
      }),
    );
    return new Map(lists);
  }

  /** Runs the alarms of the threads, so that pending notifications are sent now. */
  async runAlarms(): Promise<void> {
    for (const id of this.threadIds) await runDurableObjectAlarm(threadStub(id));
  }

  async #takeAction(who: Person): Promise<void> {
    await this.#act(who).catch(mayBeRefused);
    this.#actionsTaken++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #act(who: Person): Promise<void> {
    const random = this.#random;
    const { id, owner } = random.pick(this.#threads);
    const dice = random.next();
    if (dice < 0.4) await ask(who, "POST", `/api/threads/${id}/messages`, { body: `${random.next()}` });
    else if (dice < 0.6) await ask(who, "PUT", `/api/threads/${id}/read`, { seq: random.between(1, 1_000) });
    else if (dice < 0.7) await this.#join(who, id, owner);
    else if (dice < 0.75 && who !== owner)
      await ask(who, "DELETE", `/api/threads/${id}/members/${encodeURIComponent(who.user.id)}`);
    else if (dice < 0.8)
      await ask({ ...who, token: await tokenWithNewName(who, random) }, "POST", "/api/session");
    else if (dice < 0.9) this.#toggleTab(who);
    else await ask(who, "GET", "/api/threads");
  }

  /** Who has left is only invited, and accepts. */
  async #join(who: Person, id: string, owner: Person): Promise<void> {
    const path = `/api/threads/${id}/members/${encodeURIComponent(who.user.id)}`;
    const added = await ask<Member | InvitedState>(owner, "PUT", path);
    if ("state" in added) await ask(who, "POST", `/api/threads/${id}/accept`);
  }

  #toggleTab(who: Person): void {
    const tab = this.tabs.get(who);
    if (!tab) this.tabs.set(who, new ReconnectingTab(who));
    else if (this.#random.next() < 0.5) {
      tab.close();
      this.tabs.delete(who);
    }
  }
}

/** Ignores refusals of users who are no members, and failures because of crashes. */
function mayBeRefused(error: unknown): void {
  if (!/answered (403|404|503)/.test(String(error))) throw error;
}

function tokenWithNewName({ user }: Person, random: Random): Promise<string> {
  return hostToken({ sub: user.id, name: `Name ${random.between(1, 1_000)}`, iat: Date.now() / 1000 });
}
