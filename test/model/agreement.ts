/** The law of the wire: what a client made of a snapshot and events is what one would be told who asks now. */
import { assert } from "vitest";
import type { RoomState } from "../../src/client/room/room-state.ts";
import type { MemberPage, MessagePage } from "../../src/protocol/http.ts";
import type { Member, Message, Thread } from "../../src/protocol/model.ts";
import type { Person } from "../support/people.ts";
import { CAST } from "./program.ts";
import { RoomClient } from "./room-client.ts";
import type { World } from "./world.ts";

/** Small, so that a thread has several. */
const PAGE = 20;

/** Everyone comes back, takes in what there is, and is compared with what the thread says when asked. */
export async function checkAgreement(world: World): Promise<void> {
  const members = CAST.filter((who) => world.isMember(who));
  const [witness] = members;
  if (witness === undefined) return checkGone(world);
  for (const who of members) if (!world.clients[who].isOpen) await world.open(who, "own");
  const newcomer = new RoomClient(world.cast[witness], world.thread.id);
  // The newcomer is a second socket of one who is here: nobody is told of it.
  const [fresh] = await Promise.all([
    fetched(world, world.cast[witness]),
    newcomer.open(undefined),
    ...members.map((who) => world.clients[who].settle()),
  ]);
  const told = newcomer.state;
  world.ledger.check(fresh.messages);
  checkThread(world, fresh);
  assert.deepEqual(told.cursor, { epoch: fresh.thread.epoch, rev: fresh.thread.rev });
  checkMessages(told, fresh);
  for (const who of members) checkClient(world, world.clients[who], { fresh, told });
  await newcomer.close();
}

export async function closeAll(world: World): Promise<void> {
  await Promise.all(Object.values(world.clients).map((client) => client.close()));
}

interface Fresh {
  messages: Message[];
  members: Member[];
  thread: Thread;
}

async function fetched({ path }: World, person: Person): Promise<Fresh> {
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
    const page: MemberPage = await get(`/members?limit=2${cursor && `&cursor=${cursor}`}`);
    members.push(...page.members);
    cursor = page.nextCursor;
  }
  return members;
}

/** What the thread says of itself, against what was acknowledged. */
function checkThread({ ledger }: World, { messages, members, thread }: Fresh): void {
  assert.equal(thread.seq, messages.length, "the thread's seq is that of its newest message");
  assert.equal(thread.name, ledger.name, "the name");
  assert.deepEqual(thread.members, members, "the thread and its pages agree");
  assert.equal(thread.memberCount, members.length, "how many members");
  assert.deepEqual(new Map(members.map(({ user, role }) => [user.id, role])), ledger.roles, "the roles");
  for (const { user, readSeq } of members) {
    assert.isAtLeast(readSeq, ledger.readAtLeast.get(user.id) ?? 0, `what ${user.id} has read`);
  }
}

/** `told` is what one is told who comes now. */
function checkClient(
  world: World,
  { state, person }: RoomClient,
  now: { fresh: Fresh; told: RoomState },
): void {
  const { fresh, told } = now;
  assert.deepEqual(state.cursor, told.cursor, "the client has come as far as the thread");
  assert.deepEqual(state.thread, told.thread, "what the thread is");
  checkMessages(state, fresh);
  checkMembers(world, state, told);
  assert.equal(state.you?.role, world.ledger.roles.get(person.user.id), "the own role");
  const own = fresh.members.find(({ user }) => user.id === person.user.id);
  expectMarker(world, person.user.id, state.you?.readSeq, own?.readSeq ?? 0);
  // As sets: the order of those who are here is not promised.
  assert.deepEqual(idsOf(state.online), idsOf(told.online), "who is here");
  assert.deepEqual(idsOf(state.online), idsOf(openUsers(world)), "who is really here");
  assert.equal(state.onlineCount, state.online.length, "how many are here");
}

/** Of the thread's messages the client may hold the newest part only; that part without a hole, each as it is. */
function checkMessages({ messages, hasBefore }: RoomState, fresh: Fresh): void {
  const from = messages[0]?.seq ?? fresh.messages.length + 1;
  const stored = fresh.messages.slice(from - 1);
  assert.deepEqual(messages, stored, "the messages held are those stored");
  assert.equal(hasBefore, from > 1, "whether there are older ones");
}

function checkMembers(world: World, state: RoomState, told: RoomState): void {
  // Opening a public thread's socket makes a member without an event: those who were here before do not know of them.
  const known = new Set(idsOf(state.members.map(({ user }) => user)));
  const isKnown = ({ user }: Member) => known.has(user.id) || !world.ledger.admitted.has(user.id);
  const members = told.members.filter(isKnown);
  assert.equal(state.memberCount, members.length, "how many members are known");
  const plain = ({ user, role, joinedAt }: Member) => ({ user, role, joinedAt });
  assert.deepEqual(byUser(state.members).map(plain), byUser(members).map(plain), "members and roles");
  for (const { user, readSeq } of members) {
    const held = state.members.find((member) => member.user.id === user.id)?.readSeq;
    expectMarker(world, user.id, held, readSeq);
  }
}

/**
 * A marker moved over a socket is told at once and stored within a second: an eviction in between takes it back, and
 * its user says it again later (reading.ts). So it may be told higher than it is, never lower.
 */
function expectMarker(world: World, userId: string, held: number | undefined, stored: number): void {
  if (world.lagging.has(userId)) assert.isAtLeast(held ?? 0, stored, "the read marker");
  else assert.equal(held, stored, "the read marker");
}

/** Nobody is left: a group is gone for everyone, a public thread waits for whoever comes next. */
async function checkGone({ cast, path, thread }: World): Promise<void> {
  const statuses = await Promise.all(CAST.map(async (who) => (await cast[who].call("GET", path)).status));
  assert.deepEqual(
    statuses,
    CAST.map(() => (thread.kind === "group" ? 404 : 200)),
  );
}

function openUsers({ clients, cast }: World) {
  return CAST.filter((who) => clients[who].isOpen).map((who) => cast[who].user);
}

function idsOf(users: readonly { id: string }[]): string[] {
  return users.map(({ id }) => id).toSorted();
}

function byUser(members: readonly Member[]): Member[] {
  return members.toSorted((a, b) => (a.user.id < b.user.id ? -1 : 1));
}
