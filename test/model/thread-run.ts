/** Runs a program on one thread: carries out each step, and records its reply in what the thread is expected to hold. */
import { assert } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Message, Role, Thread, User } from "../../src/protocol/model.ts";
import type { InvitedState, ReadState } from "../../src/protocol/http.ts";
import { valueOf } from "../../src/rpc/result.ts";
import { evict, shardStub, threadRpc, threadStub } from "../support/objects.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, renamed, signIn, type Person } from "../support/host-users.ts";
import { ExpectedThread } from "./expected-thread.ts";
import {
  CROWD,
  type CursorKind,
  type Transport,
  type Program,
  type Step,
  type StepOf,
  type Who,
} from "./program.ts";
import { commandId, RoomClient } from "./room-client.ts";

export type Users = Record<Who, Person>;
type Chat = { id: string; body: string; replyTo?: number; since?: number };
type Command = { type: string; seq: number; [key: string]: unknown };

/** HTTP methods of the commands that exist over sockets and HTTP. */
const METHOD = { edit: "PATCH", delete: "DELETE", react: "PUT", unreact: "DELETE" } as const;

/** Longer than any program takes. */
const TIMEOUT_MS = 24 * 60 * 60 * 1000;

const memberPath = (userId: string) => `/members/${encodeURIComponent(userId)}`;
const banPath = (userId: string) => `/bans/${encodeURIComponent(userId)}`;

export class ThreadRun {
  readonly expected: ExpectedThread;
  readonly clients: Record<Who, RoomClient>;
  readonly path: string;
  /** Users whose marker an eviction may have reset: those moved over a socket are stored once a second. */
  readonly lagging = new Set<string>();
  #evictions = 0;
  readonly #movedBySocket = new Set<string>();
  /** Members without a client of their own. */
  readonly #crowd: User[] = [];

  private constructor(
    readonly users: Users,
    readonly thread: Thread,
  ) {
    this.path = `/api/threads/${thread.id}`;
    this.expected = new ExpectedThread(thread.kind, thread.name);
    this.expected.joins(users.Ada.user.id, "owner");
    this.expected.joins(users.Bo.user.id, "member");
    const client = (who: Who) => new RoomClient(users[who], thread.id);
    this.clients = { Ada: client("Ada"), Bo: client("Bo"), Cy: client("Cy") };
  }

  static async begin(users: Users, kind: Program["kind"], isCrowded = false): Promise<ThreadRun> {
    if (!isCrowded) return new ThreadRun(users, await newThread(users.Ada, kind, [users.Bo], "Pool"));
    // By the thread's own interface: as many sign-ins would take longer than the program.
    const crowd = Array.from({ length: CROWD }, (_, i) => ({ id: `crowd-${i}`, name: `One of ${CROWD}` }));
    const others = [users.Bo.user, ...crowd];
    const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId());
    const { thread } = valueOf(await threadRpc(stub).create(users.Ada.user, { kind, name: "Pool" }, others));
    const run = new ThreadRun(users, thread);
    run.#crowd.push(...crowd);
    for (const { id } of crowd) run.expected.joins(id, "member");
    return run;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** Whether the thread is deleted, as a group is whose last member left. */
  get isOver(): boolean {
    return this.thread.kind === "group" && this.expected.roles.size === 0;
  }

  isMember(who: Who): boolean {
    return this.expected.roles.has(this.users[who].user.id);
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
        return this.#send(step);
      case "burst":
        return this.#burst(step);
      case "simultaneous":
        return this.#simultaneous(step);
      case "disconnect":
        return this.#disconnect(step);
      case "resend":
        return this.#resend(step);
      case "edit":
        return this.#edit(step);
      case "delete":
        return this.#delete(step);
      case "react":
      case "unreact":
        return this.#react(step);
      case "crowd":
        return this.#crowdReacts(step);
      case "read":
        return this.#read(step);
      case "rename":
        return this.#rename(step);
      case "name":
        return this.#name(step);
      case "put":
        return this.#put(step);
      case "remove":
        return this.#remove(step);
      case "ban":
        return this.#ban(step);
      case "lift ban":
        return this.#liftBan(step);
      case "time out":
      case "end timeout":
        return this.#timeOut(step);
      case "settings":
        return this.#set(step);
      case "accept":
        return this.#accept(step);
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
    for (const userId of this.#movedBySocket) this.lagging.add(userId);
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

  // --- messages

  async #send({ who, transport, replyTo }: StepOf<"send">): Promise<void> {
    const id = commandId();
    const to = replyTo === null ? {} : { replyTo: this.#seq(replyTo) };
    await this.#post(who, transport, { id, body: `${who} says ${id}`, ...to });
  }

  /** Sends a message, and records it if it is acknowledged. */
  async #post(who: Who, transport: Transport, message: Chat): Promise<void> {
    const author = this.users[who].user.id;
    const mayWrite = this.expected.mayWrite(author, "send");
    const seq = await this.#chat(who, transport, message);
    if (seq === undefined) return;
    assert.isTrue(mayWrite, `${who} may send`);
    this.expected.sent({ ...message, author }, seq);
  }

  /** The seq of the acknowledged message, new or repeated; undefined where it was refused. */
  async #chat(who: Who, transport: Transport, message: Chat): Promise<number | undefined> {
    const client = this.clients[who];
    if (transport === "socket" && client.isOpen) {
      const answer = await client.ask({ type: "chat", ...message });
      return answer.type === "ack" ? answer.seq : undefined;
    }
    const stored = await this.#http<Message>(who, "POST", "/messages", message);
    return stored?.seq;
  }

  /** Sends several messages at once. */
  async #burst({ who, count }: StepOf<"burst">): Promise<void> {
    const client = this.clients[who];
    const author = this.users[who].user.id;
    if (!client.isOpen || !this.expected.mayWrite(author, "send")) return;
    const messages = Array.from({ length: count }, () => {
      const id = commandId();
      return { type: "chat", id, body: `${id}!` };
    });
    client.send(messages.slice(0, -1));
    const first = this.expected.newest + 1;
    const last = messages.at(-1);
    if (!last) return;
    // The ack of the last comes after those of the others, each of which has the next seq.
    const seq = await this.#chat(who, "socket", last);
    assert.equal(seq, first + count - 1, "every message of the burst is stored, in order");
    messages.forEach(({ id, body }, i) => this.expected.sent({ id, body, author }, first + i));
  }

  /** Two users send at the same moment. The thread decides which is first. */
  async #simultaneous({ who, with: other }: StepOf<"simultaneous">): Promise<void> {
    const transport = "socket";
    await Promise.all([
      this.#send({ do: "send", who, transport, replyTo: null }),
      this.#send({ do: "send", who: other, transport, replyTo: null }),
    ]);
  }

  /** The connection is lost before the ack of a message: the client resumes, and sends it again with `since`. */
  async #disconnect({ who }: StepOf<"disconnect">): Promise<void> {
    const client = this.clients[who];
    if (!client.isOpen || !this.expected.mayWrite(client.person.user.id, "send")) return;
    const id = commandId();
    const body = `${who} says ${id} before a disconnect`;
    const since = client.state.cursor?.rev ?? 0;
    client.send({ type: "chat", id, body });
    await client.close();
    await client.open(client.cursor);
    const seq = await this.#chat(who, "socket", { id, body, since });
    assert.isNumber(seq, "what is sent again is acknowledged");
    if (seq !== undefined) this.expected.sent({ id, body, author: client.person.user.id }, seq);
  }

  /** Sends an acknowledged message again: it is acknowledged with its seq, and nothing changes. */
  async #resend({ who, transport, nth, since }: StepOf<"resend">): Promise<void> {
    const sent = this.expected.sentBy(this.users[who].user.id);
    const first = sent[nth % Math.max(1, sent.length)];
    if (!first) return;
    const { id } = first.message;
    // The rev at which it was first sent is at least that of the messages before it.
    const from = since ? { since: first.seq - 1 } : {};
    const seq = await this.#chat(who, transport, { id, body: "sent again", ...from });
    assert.equal(seq, this.isMember(who) ? first.seq : undefined, "a repeat has the first seq");
  }

  async #edit({ who, transport, message }: StepOf<"edit">): Promise<void> {
    const seq = this.#seq(message);
    const body = `${who} edits ${commandId()}`;
    if (await this.#change(who, transport, { type: "edit", seq, body })) this.expected.edited(seq, body);
  }

  async #delete({ who, transport, message }: StepOf<"delete">): Promise<void> {
    const seq = this.#seq(message);
    if (await this.#change(who, transport, { type: "delete", seq })) this.expected.deleted(seq);
  }

  async #react({ do: type, who, transport, message, emoji }: StepOf<"react" | "unreact">): Promise<void> {
    const seq = this.#seq(message);
    if (await this.#change(who, transport, { type, seq, emoji }))
      this.expected.reacted(type, seq, emoji, this.users[who].user.id);
  }

  /** Many users react to a message at the same moment, or take their reactions back. */
  async #crowdReacts({ type, message, emoji, from, count }: StepOf<"crowd">): Promise<void> {
    const seq = this.#seq(message);
    const stub = threadStub(this.thread.id);
    await Promise.all(
      this.#crowd.slice(from, from + count).map(async (user) => {
        const result = await stub.run(user, { type, id: commandId(), seq, emoji });
        if (result.ok) this.expected.reacted(type, seq, emoji, user.id);
      }),
    );
  }

  /** Whether the change was acknowledged. */
  async #change(
    who: Who,
    transport: Transport,
    command: Command & { type: keyof typeof METHOD },
  ): Promise<boolean> {
    const mayWrite = command.type === "delete" || this.expected.mayWrite(this.users[who].user.id, "change");
    const isDone = await this.#isAcknowledged(who, transport, command);
    assert.isTrue(mayWrite || !isDone, `${who} may ${command.type}`);
    return isDone;
  }

  async #isAcknowledged(
    who: Who,
    transport: Transport,
    command: Command & { type: keyof typeof METHOD },
  ): Promise<boolean> {
    const client = this.clients[who];
    if (transport === "socket" && client.isOpen) {
      const answer = await client.ask({ id: commandId(), ...command });
      return answer.type === "ack";
    }
    const { type, seq, emoji, body } = command;
    const path = `/messages/${seq}${typeof emoji === "string" ? `/reactions/${encodeURIComponent(emoji)}` : ""}`;
    return (await this.#http(who, METHOD[type], path, type === "edit" ? { body } : undefined)) !== undefined;
  }

  async #read({ who, transport, message }: StepOf<"read">): Promise<void> {
    const client = this.clients[who];
    const { id } = client.person.user;
    const seq = Math.min(this.#seq(message), this.expected.newest);
    if (transport === "socket" && client.isOpen) {
      client.send({ type: "read", seq });
      await client.settle();
      this.#movedBySocket.add(id);
      return;
    }
    const state = await this.#http<ReadState>(who, "PUT", "/read", { seq });
    if (!state) return;
    assert.isAtLeast(state.readSeq, seq);
    this.expected.reads(id, seq);
  }

  // --- the thread and its members

  async #rename({ who, name }: StepOf<"rename">): Promise<void> {
    const thread = await this.#http<Thread>(who, "PATCH", "", { name });
    if (thread) this.expected.name = name;
  }

  /** Resolves when the thread has the name. One who is no member keeps the former one there. */
  async #name({ who, name }: StepOf<"name">): Promise<void> {
    const person = this.users[who];
    Object.assign(person, await renamed(person, name));
    await signIn(person);
    if (!this.isMember(who)) return;
    await eventually(async () => {
      const { members = [] } = (await this.#http<Thread>(who, "GET", "")) ?? {};
      assert.equal(members.find(({ user }) => user.id === person.user.id)?.user.name, name);
    });
  }

  async #put({ who, whom, role }: StepOf<"put">): Promise<void> {
    const userId = this.users[whom].user.id;
    const wasMember = this.isMember(whom);
    const put = await this.#http<{ role: Role } | InvitedState>(who, "PUT", memberPath(userId), {
      ...(role !== null && { role }),
    });
    if (!put || "state" in put) return;
    if (role !== null) assert.equal(put.role, role);
    if (!wasMember || role !== null) this.expected.joins(userId, role ?? "member");
  }

  async #remove({ who, whom }: StepOf<"remove">): Promise<void> {
    const userId = this.users[whom].user.id;
    const removed = await this.#http(who, "DELETE", memberPath(userId));
    // Of one who is no member it withdraws an invitation.
    if (removed === undefined || !this.isMember(whom)) return;
    this.expected.leaves(userId);
    await this.#isOut(whom);
  }

  async #isOut(whom: Who): Promise<void> {
    this.#movedBySocket.delete(this.users[whom].user.id);
    if (this.clients[whom].isOpen) await this.clients[whom].expectClosing(4003);
  }

  async #accept({ who }: StepOf<"accept">): Promise<void> {
    const accepted = await this.#http<Thread>(who, "POST", "/accept");
    if (accepted && !this.isMember(who)) this.expected.joins(this.users[who].user.id, "member");
  }

  async #ban({ who, whom }: StepOf<"ban">): Promise<void> {
    const userId = this.users[whom].user.id;
    const wasMember = this.isMember(whom);
    if ((await this.#http(who, "PUT", banPath(userId), {})) === undefined) return;
    assert.notEqual(who, whom, "nobody bans themself");
    this.expected.banned(userId);
    if (wasMember) await this.#isOut(whom);
  }

  async #liftBan({ who, whom }: StepOf<"lift ban">): Promise<void> {
    const userId = this.users[whom].user.id;
    if ((await this.#http(who, "DELETE", banPath(userId))) !== undefined) this.expected.bans.delete(userId);
  }

  async #timeOut({ do: what, who, whom }: StepOf<"time out" | "end timeout">): Promise<void> {
    const userId = this.users[whom].user.id;
    const timeoutUntil = what === "time out" ? Date.now() + TIMEOUT_MS : null;
    if ((await this.#http(who, "PUT", memberPath(userId), { timeoutUntil })) === undefined) return;
    if (timeoutUntil === null) this.expected.timedOut.delete(userId);
    else this.expected.timedOut.add(userId);
  }

  async #set({ who, locked, whoPosts }: StepOf<"settings">): Promise<void> {
    const thread = await this.#http<Thread>(who, "PATCH", "", { locked, whoPosts });
    if (thread) Object.assign(this.expected.settings, { locked, whoPosts });
  }

  /** The body of the response; undefined where the request was refused. */
  async #http<T>(who: Who, method: string, path: string, body?: unknown): Promise<T | undefined> {
    const response = await this.users[who].call(method, this.path + path, body);
    const text = await response.text();
    assert.isBelow(response.status, 500, `${method} ${path} answered ${text}`);
    if (!response.ok) return undefined;
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  /** A message that exists; 1 where there is none. */
  #seq(message: number): number {
    return (message % Math.max(1, this.expected.newest)) + 1;
  }
}
