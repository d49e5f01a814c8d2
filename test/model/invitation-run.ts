/**
 * Runs a program on a group and the direct threads of three people. After each step each list, and what each tab made of the
 * events, is what the model says.
 */
import { assert } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { InvitationList, ThreadPage } from "../../src/protocol/http.ts";
import type { ThreadSummary } from "../../src/protocol/model.ts";
import { valueOf } from "../../src/rpc/result.ts";
import { directThreadId } from "../../src/rpc/thread.ts";
import { passTime } from "../cost/clock.ts";
import { evict, shardStub, threadRpc, threadStub } from "../support/objects.ts";
import { ExpectedInvitations } from "./expected-invitations.ts";
import type { InvitationStep } from "./invitation-program.ts";
import type { Users } from "./modelled-thread.ts";
import { USERS, type Who } from "./program.ts";
import { TabClient } from "./tab-client.ts";

/** Longer than notifications are delayed. */
const STEP_MS = 3_000;

export class InvitationRun {
  readonly #users: Users;
  readonly #group: string;
  readonly #tabs: Record<Who, TabClient>;
  readonly #expected = new ExpectedInvitations();
  /** The direct threads that were opened. */
  readonly #directs = new Set<string>();

  private constructor(users: Users, group: string, tabs: Record<Who, TabClient>) {
    this.#users = users;
    this.#group = group;
    this.#tabs = tabs;
  }

  static async begin(users: Users): Promise<InvitationRun> {
    const tab = (who: Who) => TabClient.open(users[who]);
    const [Ada, Bo, Cy] = await Promise.all([tab("Ada"), tab("Bo"), tab("Cy")]);
    const stub = threadRpc(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()));
    const { thread } = valueOf(
      await stub.create(users.Ada.user, { kind: "group", name: "Pool" }, [users.Bo.user]),
    );
    const run = new InvitationRun(users, thread.id, { Ada, Bo, Cy });
    const role = await run.#call("Ada", "PUT", run.#memberPath("Bo"), { role: "moderator" });
    assert.equal(role.status, 200);
    return run;
  }

  async perform(step: InvitationStep): Promise<void> {
    passTime(STEP_MS);
    await this.#do(step);
    await this.#settle();
    await this.#check();
  }

  async end(): Promise<void> {
    await Promise.all(Object.values(this.#tabs).map((tab) => tab.close()));
  }

  async #do(step: InvitationStep): Promise<void> {
    if (step.do === "evict") {
      await Promise.all([...this.#threads()].map((id) => evict(threadStub(id))));
      for (const who of USERS) await evict(shardStub(this.#idOf(who)));
      return;
    }
    if (step.do === "rename") {
      await this.#call("Ada", "PATCH", this.#path(this.#group), { name: step.name });
      return;
    }
    // The group is to stay.
    if (step.do === "leave" && step.who === "Ada") return;
    const expected = this.#expect(step);
    const response = await this.#request(step);
    assert.equal(response.status, expected, `${JSON.stringify(step)} answered ${await response.text()}`);
  }

  #expect(step: Exclude<InvitationStep, { do: "evict" | "rename" }>): number {
    switch (step.do) {
      case "invite":
        return this.#expected.invite(step);
      case "withdraw":
        return this.#expected.withdraw(step);
      case "accept":
        return this.#expected.accept(step.who);
      case "decline":
        return this.#expected.decline(step.who);
      case "leave":
        return this.#expected.leave(step.who);
      case "block":
        return this.#expected.block(step);
      case "unblock":
        return this.#expected.unblock(step);
      case "ask":
        return this.#expected.ask(step);
      case "write":
        return this.#expected.write(step);
      case "accept request":
        return this.#expected.acceptRequest(step);
      case "decline request":
        return this.#expected.declineRequest(step);
    }
  }

  async #request(step: Exclude<InvitationStep, { do: "evict" | "rename" }>): Promise<Response> {
    const { who } = step;
    switch (step.do) {
      case "invite":
        return this.#call(who, "PUT", this.#memberPath(step.whom));
      case "withdraw":
        return this.#call(who, "DELETE", this.#memberPath(step.whom));
      case "accept":
      case "decline":
        return this.#call(who, "POST", `${this.#path(this.#group)}/${step.do}`);
      case "leave":
        return this.#call(who, "DELETE", this.#memberPath(who));
      case "block":
      case "unblock": {
        const method = step.do === "block" ? "PUT" : "DELETE";
        return this.#call(who, method, `/api/blocks/${encodeURIComponent(this.#idOf(step.whom))}`);
      }
      case "ask": {
        const body = { kind: "direct", memberIds: [this.#idOf(step.whom)] };
        const response = await this.#call(who, "POST", "/api/threads", body);
        if (response.ok) this.#directs.add(this.#directOf(who, step.whom));
        return response;
      }
      case "write": {
        const path = `${this.#path(this.#directOf(who, step.whom))}/messages`;
        return this.#call(who, "POST", path, { body: "hello" });
      }
      case "accept request":
      case "decline request": {
        const answer = step.do === "accept request" ? "accept" : "decline";
        return this.#call(who, "POST", `${this.#path(this.#directOf(who, step.whom))}/${answer}`);
      }
    }
  }

  /** Lets everything pending be sent, and be received. */
  async #settle(): Promise<void> {
    await Promise.all([...this.#threads()].map((id) => runDurableObjectAlarm(threadStub(id))));
    // A notification may be on its way: this, which changes nothing, waits for it.
    await threadRpc(threadStub(this.#group)).run(this.#users.Ada.user, { type: "rename" });
    await Promise.all(Object.values(this.#tabs).map((tab) => tab.settle()));
  }

  async #check(): Promise<void> {
    for (const who of USERS) {
      const page = await this.#json<ThreadPage>(who, "/api/threads");
      const invitations = page.threads.filter(({ state }) => state === "invited").toSorted(byId);
      const shown = invitations.map(({ id, invitedBy, seq }) => ({
        thread: id,
        invitedBy: invitedBy?.name,
        seq,
      }));
      const threadOf = (whom: Who) => this.#directOf(who, whom);
      const expected = this.#expected.shownTo(who, this.#group, threadOf);
      assert.deepEqual(sorted(shown), sorted(expected), `what ${who} sees`);
      const held = this.#tabs[who].state.invitations.toSorted(byId);
      assert.deepEqual(held, invitations, `the tab of ${who} has what a new one receives`);
    }
    const { invitations } = await this.#json<InvitationList>("Ada", `${this.#path(this.#group)}/invitations`);
    assert.sameMembers(
      invitations.map(({ user, by }) => `${by.name} invited ${this.#nameOf(user.id)}`),
      USERS.flatMap((whom) => this.#expected.pending(whom).map((by) => `${by} invited ${whom}`)),
    );
  }

  #threads(): Set<string> {
    return new Set([this.#group, ...this.#directs]);
  }

  #directOf(who: Who, whom: Who): string {
    return directThreadId(env, this.#idOf(who), this.#idOf(whom)).toString();
  }

  #path(threadId: string): string {
    return `/api/threads/${threadId}`;
  }

  #memberPath(whom: Who): string {
    return `${this.#path(this.#group)}/members/${encodeURIComponent(this.#idOf(whom))}`;
  }

  #call(who: Who, method: string, path: string, body?: unknown): Promise<Response> {
    return this.#users[who].call(method, path, body);
  }

  async #json<T>(who: Who, path: string): Promise<T> {
    return (await (await this.#call(who, "GET", path)).json()) as T;
  }

  #idOf(who: Who): string {
    return this.#users[who].user.id;
  }

  #nameOf(id: string): Who | undefined {
    return USERS.find((who) => this.#idOf(who) === id);
  }
}

function byId(a: ThreadSummary, b: ThreadSummary): number {
  return a.id < b.id ? -1 : 1;
}

function sorted<T extends { thread: string }>(shown: readonly T[]): T[] {
  return shown.toSorted((a, b) => (a.thread < b.thread ? -1 : 1));
}
