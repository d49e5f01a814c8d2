/**
 * Runs a program on a group's room and its users' tabs, step by step. After each step everything that is pending is sent
 * and checked: who is shown online against who is, and what is unread against what was sent.
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { PresenceState } from "../../src/client/presence/presence-state.ts";
import { presenceStub, shardOf } from "../../src/rpc/shards.ts";
import type { UserPresence } from "../../src/protocol/model.ts";
import { shardStub, threadStub } from "../support/objects.ts";
import { closeAll } from "./check-agreement.ts";
import type { PresenceStep } from "./presence-program.ts";
import { USERS, type Step, type Who } from "./program.ts";
import { RoomClient } from "./room-client.ts";
import { TabClient } from "./tab-client.ts";
import type { Users } from "./modelled-thread.ts";
import { ThreadRun } from "./thread-run.ts";

/** Longer than notifications and read markers are delayed: so that no object waits by the machine's clock, and can be evicted. */
const STEP_MS = 2_001;
/** A user is published as offline 5 s after the last tab closed. */
const GRACE_MS = 5_000;
/** Steps before which more time passes: typing is broadcast once in 3 s. */
const TIME: Partial<Record<PresenceStep["do"], number>> = { wait: GRACE_MS + 1, typing: 3_001 };
/** A status that one shard sends to another, and that one to a third, has arrived after so many calls to all of them. */
const ROUNDS = 3;

/** A guarantee that did not hold. */
export class Violation extends Error {
  constructor(
    readonly what: "socket lost" | "wrong state",
    detail: string,
  ) {
    super(`${what}: ${detail}`);
  }
}

export class PresenceRun {
  readonly threadRun: ThreadRun;
  readonly tabs: Record<Who, TabClient[]> = { Ada: [], Bo: [], Cy: [] };
  readonly closedTabs: TabClient[] = [];
  readonly #seconds: Record<Who, RoomClient>;
  readonly #lastTabClosedAt = new Map<Who, number>();

  private constructor(threadRun: ThreadRun) {
    this.threadRun = threadRun;
    const second = (who: Who) => new RoomClient(threadRun.users[who], threadRun.thread.id);
    this.#seconds = { Ada: second("Ada"), Bo: second("Bo"), Cy: second("Cy") };
  }

  static async begin(users: Users): Promise<PresenceRun> {
    return new PresenceRun(await ThreadRun.begin(users, "group"));
  }

  get rooms(): RoomClient[] {
    return [...Object.values(this.threadRun.clients), ...Object.values(this.#seconds)];
  }

  get allTabs(): TabClient[] {
    return USERS.flatMap((who) => this.tabs[who]);
  }

  /** Takes a step. Time passes before each, so that none falls into the delay of another. */
  async perform(step: PresenceStep): Promise<void> {
    vi.setSystemTime(Date.now() + (TIME[step.do] ?? STEP_MS));
    switch (step.do) {
      case "wait":
        return;
      case "typing":
        return this.#typing(step.who);
      case "second socket":
        return this.#openSecond(step.who);
      case "second socket closes":
        return this.#seconds[step.who].close();
      case "tab":
        this.tabs[step.who].push(await TabClient.open(this.threadRun.users[step.who]));
        return;
      case "tab closes":
        return this.#closeTab(step.who);
      case "watch": {
        const userIds = step.whom.map((who) => this.#idOf(who)).filter((id) => id !== this.#idOf(step.who));
        this.tabs[step.who].at(-1)?.watch(userIds);
        return;
      }
      default:
        return this.#performInRoom(step);
    }
  }

  /** Lets everything pending be sent, receives it, and checks it against the model. */
  async settle(): Promise<void> {
    this.#requireSockets();
    if (!this.threadRun.isOver) await this.#sendPending();
    await Promise.all(this.#shards().map((shard) => runDurableObjectAlarm(shard)));
    for (const who of USERS) for (const tab of this.tabs[who]) await this.#awaitUpToDate(who, tab);
    const isWatching = this.allTabs.some(({ watched }) => watched.length > 0);
    if (isWatching) for (let i = 0; i < ROUNDS; i++) await this.#askShards();
    await Promise.all(this.allTabs.map((tab) => tab.settle()));
    await Promise.all(this.rooms.filter(({ isOpen }) => isOpen).map((room) => room.settle()));
    this.#requireRoomStates();
    await this.#requireStatuses();
    this.#requireSockets();
  }

  async end(): Promise<void> {
    await closeAll(this.threadRun);
    await Promise.all(Object.values(this.#seconds).map((room) => room.close()));
    await Promise.all(this.allTabs.map((tab) => tab.close()));
  }

  // --- steps

  async #performInRoom(step: Step): Promise<void> {
    await this.threadRun.perform(step);
    // All sockets of a removed user are closed.
    for (const who of USERS) {
      if (!this.threadRun.isMember(who) && this.#seconds[who].isOpen)
        await this.#seconds[who].expectClosing(this.threadRun.isOver ? 4004 : 4003);
    }
  }

  async #openSecond(who: Who): Promise<void> {
    if (this.threadRun.isMember(who)) await this.#seconds[who].open(undefined);
  }

  #typing(who: Who): void {
    const client = this.threadRun.clients[who];
    if (client.isOpen) client.send({ type: "typing" });
  }

  async #closeTab(who: Who): Promise<void> {
    const tab = this.tabs[who].pop();
    if (!tab) return;
    await tab.close();
    this.closedTabs.push(tab);
    if (this.tabs[who].length === 0) this.#lastTabClosedAt.set(who, Date.now());
  }

  // --- what is pending

  /** Sends the thread's pending notifications, whether its alarm has run by itself or not. */
  async #sendPending(): Promise<void> {
    const stub = threadStub(this.threadRun.thread.id);
    await runDurableObjectAlarm(stub);
    // A notification may be on its way: this, which changes nothing, waits for it.
    const owner = USERS.find((who) => this.threadRun.expected.roles.get(this.#idOf(who)) === "owner");
    if (owner) await stub.run(this.threadRun.users[owner].user, { type: "rename" });
  }

  async #awaitUpToDate(who: Who, tab: TabClient): Promise<void> {
    const isUpToDate = (state: PresenceState) =>
      this.#knowsStates(who, tab, state) && this.#knowsThread(who, state);
    await tab.until(isUpToDate).catch((error: unknown) => {
      throw new Violation(
        "wrong state",
        `a tab of ${who} did not receive the current state: ${String(error)}`,
      );
    });
  }

  /** The users whom a tab subscribes to and may see: of others it receives nothing, and what it received before stays. */
  #knowsStates(who: Who, tab: TabClient, { presence }: PresenceState): boolean {
    return USERS.every((other) => {
      const id = this.#idOf(other);
      const sees = tab.watched.includes(id) && this.threadRun.isMember(who) && this.threadRun.isMember(other);
      return !sees || presence[id]?.status === this.#statusOf(other);
    });
  }

  #knowsThread(who: Who, { marks }: PresenceState): boolean {
    const held = marks[this.threadRun.thread.id];
    if (!this.threadRun.isMember(who)) return held === undefined;
    const { readAtLeast, newest } = this.threadRun.expected;
    return held?.seq === newest && held.readSeq >= (readAtLeast.get(this.#idOf(who)) ?? 0);
  }

  async #askShards(): Promise<void> {
    const shards = new Set(USERS.map((who) => shardOf(this.#idOf(who), Number(env.PRESENCE_SHARDS))));
    await Promise.all([...shards].map((shard) => presenceStub(env, shard).profiles([])));
  }

  #shards(): DurableObjectStub[] {
    const stubs = USERS.map((who) => shardStub(this.#idOf(who)));
    return [...new Map(stubs.map((stub) => [stub.id.toString(), stub])).values()];
  }

  // --- what is expected

  #statusOf(who: Who): "online" | "offline" {
    const closedAt = this.#lastTabClosedAt.get(who);
    const isLately = closedAt !== undefined && Date.now() - closedAt < GRACE_MS;
    return this.tabs[who].length > 0 || isLately ? "online" : "offline";
  }

  #requireSockets(): void {
    for (const { isLost, person } of [...this.rooms, ...this.allTabs])
      if (isLost) throw new Violation("socket lost", `one of ${person.user.name}'s`);
  }

  /** Every client in the room shows exactly the users online whose sockets are open. */
  #requireRoomStates(): void {
    const isHere = (who: Who) => this.threadRun.clients[who].isOpen || this.#seconds[who].isOpen;
    const here = USERS.filter(isHere).map((who) => this.#idOf(who));
    for (const { isOpen, state, person } of this.rooms) {
      if (!isOpen) continue;
      const seen = state.online.map(({ id }) => id);
      if (!isSame(seen, here) || state.onlineCount !== here.length)
        throw new Violation(
          "wrong state",
          `${person.user.name} shows ${state.onlineCount} online, ${seen.join()}; expected ${here.join()}`,
        );
    }
  }

  /** A request for statuses answers who of the group is online. */
  async #requireStatuses(): Promise<void> {
    const members = USERS.filter((who) => this.threadRun.isMember(who));
    const [asker] = members;
    if (!asker) return;
    const ids = USERS.map((who) => this.#idOf(who)).join();
    const response = await this.threadRun.users[asker].call(
      "GET",
      `/api/presence?ids=${encodeURIComponent(ids)}`,
    );
    const { presence } = (await response.json()) as { presence: UserPresence[] };
    const received = presence.map(({ userId, status }) => `${userId} ${status}`);
    const expected = members.map((who) => `${this.#idOf(who)} ${this.#statusOf(who)}`);
    if (!isSame(received, expected))
      throw new Violation("wrong state", `${asker} received ${received.join()}; expected ${expected.join()}`);
  }

  #idOf(who: Who): string {
    return this.threadRun.users[who].user.id;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}
