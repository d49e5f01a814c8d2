/** Runs a program on one thread, step by step. */
import { assert } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { valueOf } from "../../src/rpc/result.ts";
import { evict, shardStub, threadRpc, threadStub } from "../support/objects.ts";
import { newThread } from "../support/host-users.ts";
import { MemberSteps } from "./member-steps.ts";
import { MessageSteps } from "./message-steps.ts";
import { ModelledThread, type Users } from "./modelled-thread.ts";
import { CROWD, type CursorKind, type Program, type Step, type Who } from "./program.ts";
import type { RoomClient } from "./room-client.ts";

export class ThreadRun extends ModelledThread {
  readonly #messages = new MessageSteps(this);
  readonly #members = new MemberSteps(this);
  #evictions = 0;

  static async begin(users: Users, kind: Program["kind"], isCrowded = false): Promise<ThreadRun> {
    if (!isCrowded) return new ThreadRun(users, await newThread(users.Ada, kind, [users.Bo], "Pool"));
    // By the thread's own interface: as many sign-ins would take longer than the program.
    const crowd = Array.from({ length: CROWD }, (_, i) => ({ id: `crowd-${i}`, name: `One of ${CROWD}` }));
    const others = [users.Bo.user, ...crowd];
    const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
    const { thread } = valueOf(await threadRpc(stub).create(users.Ada.user, { kind, name: "Pool" }, others));
    return new ThreadRun(users, thread, crowd);
  }

  get evictions(): number {
    return this.#evictions;
  }

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case "open":
        return this.open(step.who, step.cursor, step.by);
      case "close":
        return this.clients[step.who].close();
      case "leave":
        return this.clients[step.who].isOpen ? this.clients[step.who].leave() : undefined;
      case "send":
        return this.#messages.send(step);
      case "burst":
        return this.#messages.burst(step);
      case "simultaneous":
        return this.#messages.simultaneous(step);
      case "disconnect":
        return this.#messages.disconnect(step);
      case "resend":
        return this.#messages.resend(step);
      case "edit":
        return this.#messages.edit(step);
      case "delete":
        return this.#messages.delete(step);
      case "react":
      case "unreact":
        return this.#messages.react(step);
      case "crowd":
        return this.#messages.crowdReacts(step);
      case "read":
        return this.#messages.read(step);
      case "rename":
        return this.#members.rename(step);
      case "name":
        return this.#members.name(step);
      case "put":
        return this.#members.put(step);
      case "remove":
        return this.#members.remove(step);
      case "ban":
        return this.#members.ban(step);
      case "lift ban":
        return this.#members.liftBan(step);
      case "time out":
      case "end timeout":
        return this.#members.timeOut(step);
      case "settings":
        return this.#members.set(step);
      case "accept":
        return this.#members.accept(step);
      case "evict":
        return this.evict(step.what);
    }
  }

  /** Opens a room socket, where the user may. */
  async open(who: Who, kind: CursorKind, by = 1): Promise<void> {
    const client = this.clients[who];
    const { id } = client.person.user;
    if (this.expected.bans.get(id)?.couldSee === true) {
      assert.equal(await client.openRefused(), 4003, "the banned are no longer allowed here");
      return;
    }
    if (!this.isMember(who) && this.thread.kind === "group") {
      assert.equal(
        await client.openRefused(),
        4004,
        "a user who may not see the thread is refused as if it did not exist",
      );
      return;
    }
    if (!this.isMember(who)) {
      this.expected.joins(id, "member");
      this.expected.admitted.add(id);
    }
    await client.open(this.#cursor(client, kind, by));
  }

  /** Evicts objects: their memory is lost, their sockets and storage stay. */
  async evict(what: "thread" | "shards"): Promise<void> {
    this.#evictions += 1;
    if (what === "shards") {
      for (const { user } of Object.values(this.users)) await evict(shardStub(user.id));
      return;
    }
    const stub = threadStub(this.thread.id);
    // An object that waits cannot be evicted: it sends what it would in a moment.
    await runDurableObjectAlarm(stub);
    await evict(stub);
    for (const userId of this.movedBySocket) this.lagging.add(userId);
  }

  #cursor(client: RoomClient, kind: CursorKind, by: number): string | undefined {
    const { epoch } = this.thread;
    const rev = client.state.cursor?.rev ?? 0;
    switch (kind) {
      case "own":
        return client.cursor;
      case "none":
        return undefined;
      case "behind":
        return `${epoch}:${Math.max(0, rev - by)}`;
      case "start":
        return `${epoch}:0`;
      case "ahead":
        return `${epoch}:${rev + 1000 * by}`;
      case "other epoch":
        return `${crypto.randomUUID()}:${rev}`;
      case "garbled":
        return "what";
    }
  }
}
