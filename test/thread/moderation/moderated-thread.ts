/** A thread with someone of each role, and what they do there over any transport, for the tests of moderation. */
import { expect } from "vitest";
import type { Ban } from "../../../src/protocol/moderation.ts";
import type { Member, Role, Thread } from "../../../src/protocol/model.ts";
import { host } from "../../support/host-server.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { openThread } from "../../support/socket.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";

export interface ModeratedThread {
  owner: Person;
  moderator: Person;
  member: Person;
  id: string;
  path: string;
}

export async function moderatedThread(kind: "group" | "public" = "group"): Promise<ModeratedThread> {
  const [owner, moderator, member] = await Promise.all(["Owner", "Moderator", "Member"].map(person));
  if (!owner || !moderator || !member) throw new Error("three people");
  const { id } = await newThread(owner, kind, [moderator, member], "Talk");
  const path = `/api/threads/${id}`;
  await ok(owner.call("PUT", `${path}/members/${moderator.user.id}`, { role: "moderator" }));
  return { owner, moderator, member, id, path };
}

/** The host itself. */
export const theHost = { call: host };

/** Whether these may moderate one with this role: bans and timeouts alike. */
export const MAY_MODERATE = [
  ["moderators", "member", true],
  ["moderators", "moderator", false],
  ["moderators", "owner", false],
  ["owners", "moderator", true],
  ["owners", "owner", true],
  ["members", "member", false],
  ["the host", "owner", true],
] as const;

/** One of those who act, in a thread of each role, and one with this role to act on: null, one who is no member. */
export async function actorAndTarget(
  by: (typeof MAY_MODERATE)[number][0],
  role: Role | null,
): Promise<ModeratedThread & { actor: Pick<Person, "call">; target: Person }> {
  const thread = await moderatedThread();
  const { owner, moderator, member, path } = thread;
  const target = await person("Target");
  if (role !== null) await ok(owner.call("PUT", `${path}/members/${target.user.id}`, { role }));
  const actor = { moderators: moderator, owners: owner, members: member, "the host": theHost }[by];
  return { ...thread, actor, target };
}

/** The body of an answer that is to succeed. */
export async function ok<T = unknown>(response: Promise<Response>): Promise<T> {
  const answered = await response;
  const text = await answered.text();
  if (!answered.ok) throw new Error(`answered ${answered.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export interface Refusal {
  code: string;
  retryAfterMs?: number | undefined;
}

/** The refusal of a request. */
export async function refused(response: Promise<Response>): Promise<Refusal> {
  const answered = await response;
  expect(answered.ok, "is refused").toBe(false);
  return (await answered.json()) as Refusal;
}

export async function timeOut(
  by: Pick<Person, "call">,
  whom: Person,
  { path }: ModeratedThread,
  until: number | null,
) {
  const timeoutUntil = until === null ? null : Date.now() + until;
  return ok<Member>(by.call("PUT", `${path}/members/${whom.user.id}`, { timeoutUntil }));
}

/** Bans someone, for good unless `ban` says otherwise. */
export function ban(
  by: Pick<Person, "call">,
  { user }: Pick<Person, "user">,
  { path }: ModeratedThread,
  how = {},
) {
  return ok<Ban>(by.call("PUT", `${path}/bans/${user.id}`, how));
}

export function set(by: Pick<Person, "call">, { path }: ModeratedThread, settings: object): Promise<Thread> {
  return ok<Thread>(by.call("PATCH", path, settings));
}

export async function send(who: Person, { path }: ModeratedThread, body = "hello", more: object = {}) {
  return ok<{ seq: number }>(who.call("POST", `${path}/messages`, { body, ...more }));
}

/** What is done in writing: to message 1, which is the doer's own. */
export const ACTS = ["chat", "edit", "react", "unreact", "typing"] as const;
export type Act = (typeof ACTS)[number];

const COMMANDS: Record<Exclude<Act, "typing">, object> = {
  chat: { type: "chat", body: "hello" },
  edit: { type: "edit", seq: 1, body: "other words" },
  react: { type: "react", seq: 1, emoji: "👍" },
  unreact: { type: "unreact", seq: 1, emoji: "👍" },
};

/** Does an act over a transport; how it was refused, or undefined. */
export type Transport = (who: Person, thread: ModeratedThread, act: Act) => Promise<Refusal | undefined>;

async function overSocket(who: Person, { id }: ModeratedThread, act: Act): Promise<Refusal | undefined> {
  const socket = await openThread(who, id);
  await socket.next("welcome");
  if (act !== "typing") {
    const answer = await socket.ask({ id: crypto.randomUUID(), ...COMMANDS[act] });
    return answer.type === "error" ? answer : undefined;
  }
  // It is not answered where it is allowed: what comes after it is, by the thread itself.
  socket.send({ type: "typing" });
  await socket.ask({ type: "delete", id: "after", seq: 999 });
  return socket.events.filter((event) => event.type === "error").find((event) => event.id === undefined);
}

async function overHttp(who: Person, { path }: ModeratedThread, act: Act): Promise<Refusal | undefined> {
  const reaction = `${path}/messages/1/reactions/${encodeURIComponent("👍")}`;
  const requests: Record<Act, () => Promise<Response> | undefined> = {
    chat: () => who.call("POST", `${path}/messages`, { body: "hello" }),
    edit: () => who.call("PATCH", `${path}/messages/1`, { body: "other words" }),
    react: () => who.call("PUT", reaction),
    unreact: () => who.call("DELETE", reaction),
    typing: () => undefined,
  };
  const response = await requests[act]();
  return !response || response.ok ? undefined : ((await response.json()) as Refusal);
}

async function overSocketIo(who: Person, { id }: ModeratedThread, act: Act): Promise<Refusal | undefined> {
  const socket = await SocketIoTestSocket.connect(who);
  await socket.ask("join", { room: id });
  const events: Record<Act, [name: string, input: object]> = {
    chat: ["chat", { room: id, body: "hello" }],
    edit: ["edit", { room: id, seq: 1, body: "other words" }],
    react: ["add_reaction", { room: id, seq: 1, emoji: "👍" }],
    unreact: ["remove_reaction", { room: id, seq: 1, emoji: "👍" }],
    typing: ["typing", { room: id }],
  };
  const answer = await socket.ask<{ ok: true } | { ok: false; error: Refusal }>(...events[act]);
  socket.close();
  return answer.ok ? undefined : answer.error;
}

export const TRANSPORTS: [name: string, transport: Transport, acts: readonly Act[]][] = [
  ["a socket", overSocket, ACTS],
  ["HTTP", overHttp, ACTS.filter((act) => act !== "typing")],
  ["Socket.IO", overSocketIo, ACTS],
];
