/** The steps on a thread itself and its members: each is carried out, and its reply recorded in what the thread is expected to hold. */
import { assert } from "vitest";
import type { InvitedState } from "../../src/protocol/http.ts";
import type { Role, Thread } from "../../src/protocol/model.ts";
import { eventually } from "../support/eventually.ts";
import { renamed, signIn } from "../support/host-users.ts";
import type { ModelledThread } from "./modelled-thread.ts";
import type { StepOf, Who } from "./program.ts";

/** Longer than any program takes. */
const TIMEOUT_MS = 24 * 60 * 60 * 1000;

const memberPath = (userId: string) => `/members/${encodeURIComponent(userId)}`;
const banPath = (userId: string) => `/bans/${encodeURIComponent(userId)}`;

export class MemberSteps {
  readonly #thread: ModelledThread;

  constructor(thread: ModelledThread) {
    this.#thread = thread;
  }

  async rename({ who, name }: StepOf<"rename">): Promise<void> {
    const thread = await this.#thread.http<Thread>(who, "PATCH", "", { name });
    if (thread) this.#thread.expected.name = name;
  }

  /** Resolves when the thread has the name. One who is no member keeps the former one there. */
  async name({ who, name }: StepOf<"name">): Promise<void> {
    const person = this.#thread.users[who];
    Object.assign(person, await renamed(person, name));
    await signIn(person);
    if (!this.#thread.isMember(who)) return;
    await eventually(async () => {
      const { members = [] } = (await this.#thread.http<Thread>(who, "GET", "")) ?? {};
      assert.equal(members.find(({ user }) => user.id === person.user.id)?.user.name, name);
    });
  }

  async put({ who, whom, role }: StepOf<"put">): Promise<void> {
    const userId = this.#thread.users[whom].user.id;
    const wasMember = this.#thread.isMember(whom);
    const put = await this.#thread.http<{ role: Role } | InvitedState>(who, "PUT", memberPath(userId), {
      ...(role !== null && { role }),
    });
    if (!put || "state" in put) return;
    if (role !== null) assert.equal(put.role, role);
    if (!wasMember || role !== null) this.#thread.expected.joins(userId, role ?? "member");
  }

  async remove({ who, whom }: StepOf<"remove">): Promise<void> {
    const userId = this.#thread.users[whom].user.id;
    const removed = await this.#thread.http(who, "DELETE", memberPath(userId));
    // Of one who is no member it withdraws an invitation.
    if (removed === undefined || !this.#thread.isMember(whom)) return;
    this.#thread.expected.leaves(userId);
    await this.#isOut(whom);
  }

  async #isOut(whom: Who): Promise<void> {
    this.#thread.movedBySocket.delete(this.#thread.users[whom].user.id);
    if (this.#thread.clients[whom].isOpen) await this.#thread.clients[whom].expectClosing(4003);
  }

  async accept({ who }: StepOf<"accept">): Promise<void> {
    const accepted = await this.#thread.http<Thread>(who, "POST", "/accept");
    if (accepted && !this.#thread.isMember(who))
      this.#thread.expected.joins(this.#thread.users[who].user.id, "member");
  }

  async ban({ who, whom }: StepOf<"ban">): Promise<void> {
    const userId = this.#thread.users[whom].user.id;
    const wasMember = this.#thread.isMember(whom);
    if ((await this.#thread.http(who, "PUT", banPath(userId), {})) === undefined) return;
    assert.notEqual(who, whom, "nobody bans themself");
    this.#thread.expected.banned(userId);
    if (wasMember) await this.#isOut(whom);
  }

  async liftBan({ who, whom }: StepOf<"lift ban">): Promise<void> {
    const userId = this.#thread.users[whom].user.id;
    if ((await this.#thread.http(who, "DELETE", banPath(userId))) !== undefined)
      this.#thread.expected.bans.delete(userId);
  }

  async timeOut({ do: what, who, whom }: StepOf<"time out" | "end timeout">): Promise<void> {
    const userId = this.#thread.users[whom].user.id;
    const timeoutUntil = what === "time out" ? Date.now() + TIMEOUT_MS : null;
    if ((await this.#thread.http(who, "PUT", memberPath(userId), { timeoutUntil })) === undefined) return;
    if (timeoutUntil === null) this.#thread.expected.timedOut.delete(userId);
    else this.#thread.expected.timedOut.add(userId);
  }

  async set({ who, locked, whoPosts }: StepOf<"settings">): Promise<void> {
    const thread = await this.#thread.http<Thread>(who, "PATCH", "", { locked, whoPosts });
    if (thread) Object.assign(this.#thread.expected.settings, { locked, whoPosts });
  }
}
