/**
 * A thread: its members, messages and rules, over its own storage. Every command of both doors ends in a method
 * here, which decides the caller's right, writes, and says what happened. It knows no sockets and never waits.
 */
import { LilypadError } from "../protocol/errors.ts";
import type { DurableEvent } from "../protocol/events.ts";
import type {
  MemberPage,
  MessagePage,
  MessagesQuery,
  PageQuery,
  PostMessage,
  ReadState,
} from "../protocol/http.ts";
import { MEMBERS_SHOWN } from "../protocol/limits.ts";
import * as rights from "../protocol/rights.ts";
import type {
  Kind,
  Member,
  Message,
  Role,
  Thread as ThreadView,
  ThreadInfo,
  User,
} from "../protocol/model.ts";
import { ChangeLog, type Change } from "./change-log.ts";
import { Membership, type StoredMember } from "./membership.ts";
import { MessageLog } from "./message-log.ts";
import { People } from "./people.ts";
import { Reactions } from "./reactions.ts";
import { ReadMarkers } from "./read-markers.ts";
import { Repeats } from "./repeats.ts";
import { replay } from "./replay.ts";
import * as refusals from "./refusals.ts";

/** What a command did. */
export interface Outcome<T> {
  value: T;
  /** The durable events it made, in order of `rev`; none where there was nothing to change. */
  events: DurableEvent[];
  ack: { seq?: number; rev: number; at: number };
}

type ThreadRow = { kind: Kind; name: string | null; created_at: number; epoch: string; deleting: number };

export class Thread {
  readonly people: People;
  readonly membership: Membership;
  readonly log: MessageLog;
  readonly markers: ReadMarkers;
  readonly #id: string;
  readonly #sql: SqlStorage;
  readonly #changes: ChangeLog;
  readonly #reactions: Reactions;
  readonly #repeats: Repeats;
  readonly #row: ThreadRow;

  /** A thread that exists. `shardOf` says which Presence shard holds a user. */
  constructor(sql: SqlStorage, id: string, shardOf: (userId: string) => number) {
    this.#id = id;
    this.#sql = sql;
    this.people = new People(sql);
    this.membership = new Membership(sql, shardOf);
    this.log = new MessageLog(sql, this.people);
    this.markers = new ReadMarkers(sql);
    this.#changes = new ChangeLog(sql);
    this.#reactions = new Reactions(sql);
    this.#repeats = new Repeats(sql);
    this.#row = sql.exec<ThreadRow>("SELECT kind, name, created_at, epoch, deleting FROM thread").one();
  }

  /** Writes a new thread's row and its first members; the schema is there, and nothing else. */
  static create(sql: SqlStorage, thread: { kind: Kind; name: string | null }, now: number): void {
    sql.exec(
      `INSERT INTO thread (only, kind, name, created_at, epoch, member_count, senders_saved_seq, deleting)
       VALUES (1, ?, ?, ?, ?, 0, 0, 0)`,
      thread.kind,
      thread.name,
      now,
      crypto.randomUUID(),
    );
  }

  /** Before anyone can be connected: its first members, without events. */
  seat(user: User, role: Role, now: number): void {
    this.people.meet(user);
    this.membership.add(user.id, role, this.log.newest.seq, now);
  }

  get kind(): Kind {
    return this.#row.kind;
  }

  get epoch(): string {
    return this.#row.epoch;
  }

  /** The newest durable event's number. */
  get rev(): number {
    return Math.max(this.log.newest.rev, this.#changes.newestRev);
  }

  get info(): ThreadInfo {
    return { id: this.#id, kind: this.kind, name: this.#row.name, createdAt: this.#row.created_at };
  }

  /** The two of a direct thread. */
  pair(): User[] {
    return this.membership.page(undefined, 2).members.map((member) => this.people.get(member.userId));
  }

  get isDeleting(): boolean {
    return this.#row.deleting === 1;
  }

  /** Closes every door for good; what follows can be repeated until it is done. */
  markDeleting(): void {
    this.#sql.exec("UPDATE thread SET deleting = 1");
    this.#row.deleting = 1;
  }

  // --- reading

  /** The caller's standing, or `not_found` where they may not see the thread. */
  standing(user: User): rights.Standing {
    const standing = this.membership.role(user.id);
    if (this.isDeleting || !rights.maySee(this.kind, standing)) throw refusals.noSuchThread();
    return standing;
  }

  view(user: User): ThreadView {
    this.standing(user);
    const you = this.membership.get(user.id);
    return {
      ...this.info,
      epoch: this.epoch,
      seq: this.log.newest.seq,
      rev: this.rev,
      members: this.membership.page(undefined, MEMBERS_SHOWN).members.map((member) => this.#member(member)),
      memberCount: this.membership.count(),
      ...(you && { you: { role: you.role, readSeq: this.markers.of(you) } }),
    };
  }

  members(user: User, { cursor, limit }: PageQuery): MemberPage {
    this.standing(user);
    const { members, ...next } = this.membership.page(cursor, limit);
    return { members: members.map((member) => this.#member(member)), ...next };
  }

  messages(user: User, query: MessagesQuery): MessagePage {
    this.standing(user);
    return this.log.page(query);
  }

  /** The durable events after a rev, as things are now: at most `rev` less that many rows of each log are read. */
  eventsSince(rev: number): DurableEvent[] {
    return replay({
      messages: this.log.since(rev, this.rev - rev),
      changes: this.#changes.since(rev),
      message: (seq) => this.log.get(seq),
      member: (userId) => this.#memberNow(userId),
      user: (userId) => this.people.get(userId),
      thread: this.info,
    });
  }

  // --- messages

  send(
    user: User,
    message: PostMessage & { id: string },
    now: number,
  ): Outcome<{ message: Message; repeat: boolean }> {
    this.#require("send", user);
    const { newest } = this.log;
    const first = this.#repeats.find(user.id, message.id, message.since, newest.seq);
    if (first !== undefined) {
      const stored = this.log.get(first);
      return { value: { message: stored, repeat: true }, events: [], ack: ackOf(stored) };
    }
    if (message.replyTo !== undefined && !this.log.has(message.replyTo)) {
      throw new LilypadError("bad_request", "replyTo: names no message of this thread", {
        issues: [{ path: "replyTo", message: "names no message of this thread" }],
      });
    }
    this.people.meet(user);
    const rev = this.rev + 1;
    const stored = this.log.add({ ...message, author: user.id }, rev, now);
    this.#repeats.sent(user.id, message.id, stored.seq);
    this.markers.sent(user.id, stored.seq);
    return {
      value: { message: stored, repeat: false },
      events: [{ type: "chat", rev, message: stored }],
      ack: ackOf(stored),
    };
  }

  edit(user: User, seq: number, body: string, now: number): Outcome<Message> {
    const standing = this.standing(user);
    const before = this.log.get(seq);
    if (standing === null || before.author.id !== user.id) throw refusals.forbidden();
    requireAlive(before);
    const rev = this.#change({ type: "edit", seq }, now);
    this.log.edit(seq, body, rev, now);
    const message = this.log.get(seq);
    return { value: message, events: [{ type: "edit", rev, message }], ack: { seq, rev, at: now } };
  }

  erase(user: User, seq: number, now: number): Outcome<void> {
    const standing = this.standing(user);
    const before = this.log.get(seq);
    if (!rights.mayErase(this.kind, standing, before.author.id === user.id)) throw refusals.forbidden();
    if (before.deletedAt !== undefined) {
      return { value: undefined, events: [], ack: { seq, rev: before.rev, at: before.deletedAt } };
    }
    this.#reactions.forget(before);
    const rev = this.#change({ type: "delete", seq, userId: user.id }, now);
    this.log.erase(seq, rev, now);
    const by = this.people.get(user.id);
    return {
      value: undefined,
      events: [{ type: "delete", rev, seq, deletedAt: now, by }],
      ack: { seq, rev, at: now },
    };
  }

  react(user: User, type: "react" | "unreact", seq: number, emoji: string, now: number): Outcome<void> {
    this.#require("send", user);
    const message = this.log.get(seq);
    requireAlive(message);
    const reactions =
      type === "react"
        ? this.#reactions.with(message, emoji, user.id)
        : this.#reactions.without(message, emoji, user.id);
    if (!reactions) return { value: undefined, events: [], ack: { seq, rev: message.rev, at: now } };
    this.people.meet(user);
    const rev = this.#change({ type, seq, userId: user.id, emoji }, now);
    this.log.setReactions(seq, reactions, rev);
    return {
      value: undefined,
      events: [{ type, rev, seq, emoji, user: this.people.get(user.id) }],
      ack: { seq, rev, at: now },
    };
  }

  /** Moves the caller's marker, to the newest message at most. `moved` where it went forward. */
  read(user: User, seq: number): ReadState & { moved: boolean } {
    this.#require("send", user);
    const member = this.#requireMember(user.id);
    const newest = this.log.newest.seq;
    const moved = this.markers.move(member, Math.min(seq, newest));
    const readSeq = this.markers.of(member);
    return { readSeq, unread: newest - readSeq, moved };
  }

  // --- members

  rename(user: User, name: string | null | undefined, now: number): Outcome<void> {
    this.#require("rename", user);
    if (name === undefined || name === this.#row.name) return this.#unchanged(now);
    this.#sql.exec("UPDATE thread SET name = ?", name);
    this.#row.name = name;
    const rev = this.#change({ type: "thread" }, now);
    return { value: undefined, events: [{ type: "thread", rev, thread: this.info }], ack: { rev, at: now } };
  }

  /** Adds a member, or changes the role of one. `profile` is null for a user Lilypad has never met. */
  putMember(
    user: User,
    userId: string,
    role: Role | undefined,
    profile: User | null,
    now: number,
  ): Outcome<Member> {
    const standing = this.standing(user);
    const isSelf = userId === user.id;
    const before = this.membership.get(userId);
    if (before) {
      if (role === undefined || role === before.role) {
        if (!rights.mayAdd(this.kind, standing, isSelf, "member")) throw refusals.forbidden();
        return { ...this.#unchanged(now), value: this.#member(before) };
      }
      if (!rights.mayChangeRole(this.kind, standing)) throw refusals.forbidden();
      if (this.membership.isLastOwner(userId)) {
        throw new LilypadError("conflict", "A thread keeps an owner: make another member one first.");
      }
      this.membership.setRole(userId, role);
      return this.#memberChanged(userId, now);
    }
    if (!rights.mayAdd(this.kind, standing, isSelf, role ?? "member")) throw refusals.forbidden();
    if (!profile) throw new LilypadError("not_found", `No such user: ${userId}`);
    this.seat(profile, role ?? "member", now);
    return this.#memberChanged(userId, now);
  }

  /** Removes a member, or lets the caller leave; when the last owner goes, another becomes one. */
  removeMember(user: User, userId: string, now: number): Outcome<void> {
    const standing = this.standing(user);
    const member = this.membership.get(userId);
    const isSelf = userId === user.id;
    if (!rights.mayRemove(this.kind, standing, isSelf, member?.role ?? "member")) throw refusals.forbidden();
    if (!member) throw new LilypadError("not_found", "There is no such member.");
    const wasLastOwner = this.membership.isLastOwner(userId);
    this.membership.remove(userId);
    const rev = this.#change({ type: "member_removed", userId }, now);
    const events: DurableEvent[] = [{ type: "member_removed", rev, userId }];
    const heir = wasLastOwner ? this.membership.heir() : undefined;
    if (heir === undefined) return { value: undefined, events, ack: { rev, at: now } };
    this.membership.setRole(heir, "owner");
    const promoted = this.#memberChanged(heir, now);
    return { value: undefined, events: [...events, ...promoted.events], ack: promoted.ack };
  }

  /** Whether nobody is left in a group, which then has no reason to stay. */
  get isDeserted(): boolean {
    return this.kind === "group" && this.membership.count() === 0;
  }

  requireDeletable(user: User): void {
    this.#require("delete thread", user);
  }

  // --- within

  #require(action: Parameters<typeof rights.may>[0], user: User): void {
    if (!rights.may(action, this.kind, this.standing(user))) throw refusals.forbidden();
  }

  #requireMember(userId: string): StoredMember {
    const member = this.membership.get(userId);
    if (!member) throw refusals.forbidden();
    return member;
  }

  #change(change: Change, now: number): number {
    const rev = this.rev + 1;
    this.#changes.add(change, rev, now);
    return rev;
  }

  #unchanged(now: number): Outcome<void> {
    return { value: undefined, events: [], ack: { rev: this.rev, at: now } };
  }

  #memberChanged(userId: string, now: number): Outcome<Member> {
    const rev = this.#change({ type: "member", userId }, now);
    const member = this.#member(this.#requireMember(userId));
    return { value: member, events: [{ type: "member", rev, member }], ack: { rev, at: now } };
  }

  #member(stored: StoredMember): Member {
    return {
      user: this.people.get(stored.userId),
      role: stored.role,
      readSeq: this.markers.of(stored),
      joinedAt: stored.joinedAt,
    };
  }

  #memberNow(userId: string): Member | undefined {
    const stored = this.membership.get(userId);
    return stored && this.#member(stored);
  }
}

function ackOf(message: Message): Outcome<unknown>["ack"] {
  return { seq: message.seq, rev: message.rev, at: message.at };
}

function requireAlive(message: Message): void {
  if (message.deletedAt !== undefined) throw new LilypadError("gone", "That message was deleted.");
}
