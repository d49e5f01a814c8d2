/** The law of the wire: a snapshot and the events after it equal the state that a new client receives now. */
import { assert } from "vitest";
import type { RoomState } from "../../src/client/room/room-state.ts";
import type { MemberPage, MessagePage } from "../../src/protocol/http.ts";
import type { Member, Message, Thread } from "../../src/protocol/model.ts";
import type { Person } from "../support/host-users.ts";
import { USERS, type Who } from "./program.ts";
import { RoomClient } from "./room-client.ts";
import type { ThreadRun } from "./thread-run.ts";

/** Messages in a page: few, so that a thread has several pages. */
const PAGE = 20;

/** Reconnects every member, and compares what each client holds with a new client, the thread and the model. */
export async function checkAgreement(threadRun: ThreadRun): Promise<void> {
  const members = USERS.filter((who) => threadRun.isMember(who));
  const [someMember] = members;
  if (someMember === undefined) return checkGone(threadRun);
  for (const who of members) if (!threadRun.clients[who].isOpen) await threadRun.open(who, "own");
  const newClient = new RoomClient(threadRun.users[someMember], threadRun.thread.id);
  // The new client is a second socket of a user who is here: it causes no join.
  const [fresh] = await Promise.all([
    fetched(threadRun, threadRun.users[someMember]),
    newClient.open(undefined),
    ...members.map((who) => threadRun.clients[who].settle()),
  ]);
  const current = newClient.state;
  threadRun.expected.check(fresh.messages);
  threadRun.expected.checkOwn(newClient.person.user.id, fresh.messages);
  checkThread(threadRun, fresh);
  assert.deepEqual(current.cursor, { epoch: fresh.thread.epoch, rev: fresh.thread.rev });
  checkMessages(current, fresh);
  for (const who of members) checkClient(threadRun, threadRun.clients[who], { fresh, current });
  await newClient.close();
}

export async function closeAll(threadRun: ThreadRun): Promise<void> {
  await Promise.all(Object.values(threadRun.clients).map((client) => client.close()));
}

interface Fresh {
  messages: Message[];
  members: Member[];
  thread: Thread;
}

async function fetched({ path }: ThreadRun, person: Person): Promise<Fresh> {
  const get = async <T>(query: string) => (await (await person.call("GET", path + query)).json()) as T;
  const [messages, members, thread] = await Promise.all([allMessages(get), allMembers(get), get<Thread>("")]);
  return { messages, members, thread };
}

type Get = <T>(query: string) => Promise<T>;

async function allMessages(get: Get): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0, more = true; more; after += PAGE) {
    const page = await get<MessagePage>(`/messages?after=${after}&limit=${PAGE}`);
    messages.push(...page.messages);
    more = page.hasAfter;
  }
  return messages;
}

async function allMembers(get: Get): Promise<Member[]> {
  const members: Member[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined;) {
    const page: MemberPage = await get(`/members?limit=20${cursor && `&cursor=${cursor}`}`);
    members.push(...page.members);
    cursor = page.nextCursor;
  }
  return members;
}

/** Compares what the thread returns with what was acknowledged. */
function checkThread({ expected }: ThreadRun, { messages, members, thread }: Fresh): void {
  assert.equal(thread.seq, messages.length, "the thread's seq is that of its newest message");
  assert.equal(thread.name, expected.name, "the name");
  const { locked, whoPosts } = thread;
  assert.deepEqual({ locked, whoPosts }, expected.settings, "the settings");
  assert.deepEqual(thread.members, members, "the thread and its pages agree");
  assert.equal(thread.memberCount, members.length, "the number of members");
  assert.deepEqual(new Map(members.map(({ user, role }) => [user.id, role])), expected.roles, "the roles");
  for (const { user, readSeq, timeoutUntil } of members) {
    assert.equal(
      timeoutUntil !== undefined,
      expected.timedOut.has(user.id),
      `whether ${user.id} is timed out`,
    );
    assert.isAtLeast(readSeq, expected.readAtLeast.get(user.id) ?? 0, `the read marker of ${user.id}`);
  }
}

/** `current` is the state that a new client receives now. */
function checkClient(
  threadRun: ThreadRun,
  { state, person }: RoomClient,
  now: { fresh: Fresh; current: RoomState },
): void {
  const { fresh, current } = now;
  assert.deepEqual(state.cursor, current.cursor, "the client has the rev of the thread");
  assert.deepEqual(state.thread, current.thread, "the thread");
  checkMessages(state, fresh);
  threadRun.expected.checkOwn(person.user.id, state.messages);
  checkMembers(threadRun, state, current);
  assert.equal(state.you?.role, threadRun.expected.roles.get(person.user.id), "the own role");
  const own = fresh.members.find(({ user }) => user.id === person.user.id);
  assert.equal(state.you?.timeoutUntil, own?.timeoutUntil, "the own timeout");
  expectMarker(threadRun, person.user.id, state.you?.readSeq, own?.readSeq ?? 0);
  // As sets: their order is not guaranteed.
  assert.deepEqual(idsOf(state.online), idsOf(current.online), "who is online, as a new client receives it");
  assert.deepEqual(idsOf(state.online), idsOf(openUsers(threadRun)), "who is online, by the open sockets");
  assert.equal(state.onlineCount, state.online.length, "the number of users online");
}

/** The client may hold only the newest of the thread's messages: those without gaps, and as they are stored. */
function checkMessages({ messages, hasBefore }: RoomState, fresh: Fresh): void {
  const from = messages[0]?.seq ?? fresh.messages.length + 1;
  const stored = fresh.messages.slice(from - 1);
  assert.deepEqual(
    messages.map(asSeenByAnyone),
    stored.map(asSeenByAnyone),
    "the messages held are those stored",
  );
  assert.equal(hasBefore, from > 1, "whether older messages exist");
}

/** Without whose reactions are the reader's own. */
function asSeenByAnyone(message: Message): Message {
  const { reactions, ...rest } = message;
  return reactions ? { ...rest, reactions: reactions.map(({ mine: _mine, ...one }) => one) } : rest;
}

function checkMembers(threadRun: ThreadRun, state: RoomState, current: RoomState): void {
  // Opening a public thread's socket adds a member without an event: clients that were open do not know of them.
  const known = new Set(idsOf(state.members.map(({ user }) => user)));
  const isKnown = ({ user }: Member) => known.has(user.id) || !threadRun.expected.admitted.has(user.id);
  const members = current.members.filter(isKnown);
  // An event of another member counts those too.
  assert.isAtLeast(state.memberCount, members.length, "the number of members, at least those known");
  assert.isAtMost(state.memberCount, current.memberCount, "the number of members, at most all");
  const plain = ({ user, role, joinedAt, timeoutUntil }: Member) => ({ user, role, joinedAt, timeoutUntil });
  assert.deepEqual(byUser(state.members).map(plain), byUser(members).map(plain), "members and roles");
  for (const { user, readSeq } of members) {
    const held = state.members.find((member) => member.user.id === user.id)?.readSeq;
    expectMarker(threadRun, user.id, held, readSeq);
  }
}

/**
 * A marker moved over a socket is broadcast at once and stored within a second. An eviction in between resets it, and
 * its user sends it again later (read-marker-updates.ts). So a client may have it higher than it is, never lower.
 */
function expectMarker(threadRun: ThreadRun, userId: string, held: number | undefined, stored: number): void {
  if (threadRun.lagging.has(userId)) assert.isAtLeast(held ?? 0, stored, "the read marker");
  else assert.equal(held, stored, "the read marker");
}

/** No member is left: a group is deleted, and a public thread still exists. */
async function checkGone({ users, path, thread, expected }: ThreadRun): Promise<void> {
  const statuses = await Promise.all(USERS.map(async (who) => (await users[who].call("GET", path)).status));
  const isSeenBy = (who: Who) => thread.kind === "public" && !expected.bans.has(users[who].user.id);
  assert.deepEqual(
    statuses,
    USERS.map((who) => (isSeenBy(who) ? 200 : 404)),
  );
}

function openUsers({ clients, users }: ThreadRun) {
  return USERS.filter((who) => clients[who].isOpen).map((who) => users[who].user);
}

function idsOf(users: readonly { id: string }[]): string[] {
  return users.map(({ id }) => id).toSorted();
}

function byUser(members: readonly Member[]): Member[] {
  return members.toSorted((a, b) => (a.user.id < b.user.id ? -1 : 1));
}
