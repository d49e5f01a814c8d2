/**
 * A thread over its own storage: the parts it is made of, and what its readers see of them. What is done to it stands
 * in message-commands.ts and member-commands.ts. It knows no sockets and never waits.
 */
import type { DurableEvent } from "../protocol/events.ts";
import type { MemberPage, MessagePage, MessagesQuery, PageQuery, ReadState } from "../protocol/http.ts";
import * as rights from "../protocol/rights.ts";
import type { Kind, Member, Role, Thread as ThreadView, ThreadInfo, User } from "../protocol/model.ts";
import { ChangeLog, type Change } from "./messages/change-log.ts";
import { Membership, type StoredMember } from "./members/membership.ts";
import { MessageLog } from "./messages/message-log.ts";
import { People } from "./members/profiles.ts";
import { Reactions } from "./messages/reactions.ts";
import { ReadMarkers } from "./members/read-markers.ts";
import { Repeats } from "./messages/deduplication.ts";
import { replay } from "./messages/replay.ts";
import * as refusals from "./errors.ts";

type ThreadRow = { kind: Kind; name: string | null; created_at: number; epoch: string; deleting: number };

export class Thread {
  readonly people: People;
  readonly membership: Membership;
  readonly log: MessageLog;
  readonly markers: ReadMarkers;
  readonly reactions: Reactions;
  readonly repeats: Repeats;
  readonly #id: string;
  readonly #sql: SqlStorage;
  readonly #changes: ChangeLog;
  readonly #row: ThreadRow;

  /** A thread that exists. `shards` is by how many Presence shards everybody looks for users. */
  constructor(sql: SqlStorage, id: string, shards: number) {
    this.#id = id;
    this.#sql = sql;
    this.people = new People(sql);
    this.membership = new Membership(sql, shards);
    this.log = new MessageLog(sql, this.people);
    this.markers = new ReadMarkers(sql, this.membership, this.log);
    this.#changes = new ChangeLog(sql);
    this.reactions = new Reactions(sql);
    this.repeats = new Repeats(this.log);
    this.#row = sql.exec<ThreadRow>("SELECT kind, name, created_at, epoch, deleting FROM thread").one();
  }

  /** Writes a new thread's row and its first members; the schema is there, and nothing else. */
  static create(
    sql: SqlStorage,
    thread: { kind: Kind; name: string | null },
    shards: number,
    now: number,
  ): void {
    sql.exec(
      `INSERT INTO thread (only, kind, name, created_at, epoch, member_count, senders_saved_seq, deleting, shards)
       VALUES (1, ?, ?, ?, ?, 0, 0, 0, ?)`,
      thread.kind,
      thread.name,
      now,
      crypto.randomUUID(),
      shards,
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

  setName(name: string | null): void {
    this.#sql.exec("UPDATE thread SET name = ?", name);
    this.#row.name = name;
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
      members: this.membership.first().map((member) => this.member(member)),
      memberCount: this.membership.count(),
      ...(you && { you: { role: you.role, readSeq: this.markers.of(you) } }),
    };
  }

  members(user: User, { cursor, limit }: PageQuery): MemberPage {
    this.standing(user);
    const { members, ...next } = this.membership.page(cursor, limit);
    return { members: members.map((member) => this.member(member)), ...next };
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

  /** Moves the caller's marker, to the newest message at most. `moved` where it went forward. */
  read(user: User, seq: number): ReadState & { moved: boolean } {
    this.require("send", user);
    const member = this.requireMember(user.id);
    const newest = this.log.newest.seq;
    const moved = this.markers.move(member, Math.min(seq, newest));
    const readSeq = this.markers.of(member);
    return { readSeq, unread: newest - readSeq, moved };
  }

  /** Whether nobody is left in a group, which then has no reason to stay. */
  get isDeserted(): boolean {
    return this.kind === "group" && this.membership.count() === 0;
  }

  requireDeletable(user: User): void {
    this.require("delete thread", user);
  }

  // --- within

  require(action: Parameters<typeof rights.may>[0], user: User): void {
    if (!rights.may(action, this.kind, this.standing(user))) throw refusals.forbidden();
  }

  requireMember(userId: string): StoredMember {
    const member = this.membership.get(userId);
    if (!member) throw refusals.forbidden();
    return member;
  }

  record(change: Change, now: number): number {
    const rev = this.rev + 1;
    this.#changes.add(change, rev, now);
    return rev;
  }

  member(stored: StoredMember): Member {
    return {
      user: this.people.get(stored.userId),
      role: stored.role,
      readSeq: this.markers.of(stored),
      joinedAt: stored.joinedAt,
    };
  }

  #memberNow(userId: string): Member | undefined {
    const stored = this.membership.get(userId);
    return stored && this.member(stored);
  }
}
