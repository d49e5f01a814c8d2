/** The members of the thread, their roles, and which Presence shards hold them. */
import { LilypadError } from "../../protocol/errors.ts";
import { shardOf } from "../../rpc/shards.ts";
import { parse } from "../../protocol/parse.ts";
import { MEMBERS_SHOWN } from "../../protocol/limits.ts";
import type { Role } from "../../protocol/model.ts";
import { Timeouts } from "../moderation/timeouts.ts";
import { UnconfirmedUsers } from "../notifying/unconfirmed-users.ts";
import { z } from "zod";

type MemberRow = {
  no: number;
  user_id: string;
  role: Role;
  read_seq: number;
  joined_at: number;
  contact_from: number | null;
  timeout_until: number | null;
};

/** A member as stored; the marker may be behind what the member's own messages say (read-markers.ts). */
export interface StoredMember {
  userId: string;
  role: Role;
  readSeq: number;
  joinedAt: number;
  /** From when on they are a contact of the others, in milliseconds since the epoch; absent where that is from the start. */
  contactFrom?: number;
  /** Until when they may not write, in milliseconds since the epoch; null where they never were timed out. */
  timeoutUntil: number | null;
}

/** Members, each with their timeout: a row read more where there is one. */
const SELECT_MEMBERS = `SELECT no, members.user_id, role, read_seq, joined_at, contact_from,
  timeouts.until AS timeout_until FROM members LEFT JOIN timeouts ON timeouts.user_id = members.user_id`;

const memberCursor = z
  .string()
  .regex(/^\d{1,15}$/, "is not a cursor of this list")
  .transform(Number);

/** Members kept in memory, at most, and users who are none: every command asks for its sender. */
const KEPT = 2_000;

export class Membership {
  readonly #sql: SqlStorage;
  readonly #timeouts: Timeouts;
  /** As they are stored; null for one who is no member. */
  readonly #kept = new Map<string, StoredMember | null>();
  /** How many there are, once that was read. */
  #count: number | undefined;
  /** The members that every welcome shows, while none of them has changed. */
  #first: readonly StoredMember[] | undefined;
  /** Users who joined or left, were invited or are no more, which Presence has not confirmed yet. */
  readonly unconfirmed: UnconfirmedUsers;
  /** The shards that hold members, while nobody has joined or left. */
  #shardsWithMembers: readonly number[] | undefined;
  readonly #shards: number;

  /** `shards` is the number of Presence shards that users are sorted by. */
  constructor(sql: SqlStorage, shards: number) {
    this.#sql = sql;
    this.#timeouts = new Timeouts(sql);
    this.#shards = shards;
    this.unconfirmed = new UnconfirmedUsers(sql, "untold_members");
  }

  /**
   * Sorts members by shard anew where the number of shards has changed; writes those whose shard is another. Throws where it
   * was lowered below `atLeast`: members would be looked for where they are not, and never be notified again.
   */
  sortByShard(atLeast: number): void {
    const { shards } = this.#sql.exec<{ shards: number | null }>("SELECT shards FROM thread").one();
    if (shards === this.#shards) return;
    if (shards !== null && shards > atLeast)
      throw new LilypadError(
        "unavailable",
        `PRESENCE_SHARDS was ${shards} and is ${atLeast}: it cannot be lowered. Set it back. See docs/operating.md, "Raising PRESENCE_SHARDS".`,
      );
    const members = this.#sql.exec<{ no: number; user_id: string; shard: number }>(
      "SELECT no, user_id, shard FROM members",
    );
    for (const { no, user_id, shard } of members.toArray()) {
      const now = shardOf(user_id, this.#shards);
      if (now !== shard) this.#sql.exec("UPDATE members SET shard = ? WHERE no = ?", now, no);
    }
    this.#sql.exec("UPDATE thread SET shards = ?", this.#shards);
  }

  get(userId: string): StoredMember | undefined {
    const kept = this.#kept.get(userId);
    if (kept !== undefined) return kept ?? undefined;
    const [row] = this.#sql.exec<MemberRow>(`${SELECT_MEMBERS} WHERE members.user_id = ?`, userId).toArray();
    const member = row && fromRow(row);
    this.#keep(userId, member ?? null);
    return member;
  }

  role(userId: string): Role | null {
    return this.get(userId)?.role ?? null;
  }

  /** How many there are; stored in the thread's row. */
  count(): number {
    this.#count ??= this.#sql
      .exec<{ member_count: number }>("SELECT member_count FROM thread")
      .one().member_count;
    return this.#count;
  }

  /** A page in the order of joining. `cursor` is a page's `nextCursor`; one that cannot be read is `bad_request`. */
  page(cursor: string | undefined, limit: number): { members: StoredMember[]; nextCursor?: string } {
    const after = cursor === undefined ? 0 : parse(z.object({ cursor: memberCursor }), { cursor }).cursor;
    const rows = this.#sql
      .exec<MemberRow>(`${SELECT_MEMBERS} WHERE no > ? ORDER BY no LIMIT ?`, after, limit + 1)
      .toArray();
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last;
    return { members: shown.map(fromRow), ...(more && { nextCursor: String(last.no) }) };
  }

  /** The first `MEMBERS_SHOWN`. */
  first(): readonly StoredMember[] {
    this.#first ??= this.page(undefined, MEMBERS_SHOWN).members;
    return this.#first;
  }

  add(userId: string, role: Role, readSeq: number, joinedAt: number, contactFrom?: number): void {
    this.#sql.exec(
      "INSERT INTO members (user_id, role, read_seq, joined_at, shard, contact_from) VALUES (?, ?, ?, ?, ?, ?)",
      userId,
      role,
      readSeq,
      joinedAt,
      shardOf(userId, this.#shards),
      contactFrom ?? null,
    );
    this.#sql.exec("UPDATE thread SET member_count = member_count + 1");
    if (this.#count !== undefined) this.#count++;
    const member = {
      userId,
      role,
      readSeq,
      joinedAt,
      // Leaving has not lifted it.
      timeoutUntil: this.#timeouts.of(userId),
      ...(contactFrom !== undefined && { contactFrom }),
    };
    this.#keep(userId, member);
    // Read anew at each of many joins, they would be read as often as there are members.
    if (this.#first && this.#first.length < MEMBERS_SHOWN) this.#first = [...this.#first, member];
    this.#changedNow(userId);
  }

  remove(userId: string): void {
    this.#sql.exec("DELETE FROM members WHERE user_id = ?", userId);
    this.#sql.exec("UPDATE thread SET member_count = member_count - 1");
    if (this.#count !== undefined) this.#count--;
    this.#forget(userId);
    this.#changedNow(userId);
  }

  setRole(userId: string, role: Role): void {
    this.#sql.exec("UPDATE members SET role = ? WHERE user_id = ?", role, userId);
    this.#forget(userId);
  }

  /** Times a member out until then, or with null no longer. */
  setTimeout(userId: string, until: number | null): void {
    this.#timeouts.set(userId, until);
    this.#forget(userId);
  }

  /** Stores how far a member has read, if that is further than what is stored. */
  raiseMarker(userId: string, seq: number): void {
    this.#sql.exec("UPDATE members SET read_seq = ? WHERE user_id = ? AND read_seq < ?", seq, userId, seq);
    this.#kept.delete(userId);
    this.#first = this.#first?.map((member) =>
      member.userId === userId && member.readSeq < seq ? { ...member, readSeq: seq } : member,
    );
  }

  /** Those with a role above member, in the order in which they joined, at most so many. */
  moderators(atMost: number): string[] {
    return this.#sql
      .exec<{ user_id: string }>(
        "SELECT user_id FROM members WHERE role <> 'member' ORDER BY no LIMIT ?",
        atMost,
      )
      .toArray()
      .map((row) => row.user_id);
  }

  /** Whether this one is the only owner. */
  isLastOwner(userId: string): boolean {
    const owners = this.#sql.exec<{ user_id: string }>(
      "SELECT user_id FROM members WHERE role = 'owner' LIMIT 2",
    );
    const ids = owners.toArray().map((row) => row.user_id);
    return ids.length === 1 && ids[0] === userId;
  }

  /** The member of this role who joined first. */
  firstOf(role: Role): string | undefined {
    const [row] = this.#sql
      .exec<{ user_id: string }>("SELECT user_id FROM members WHERE role = ? ORDER BY no LIMIT 1", role)
      .toArray();
    return row?.user_id;
  }

  /** The shards that hold members. */
  shards(): readonly number[] {
    this.#shardsWithMembers ??= this.#readShards();
    return this.#shardsWithMembers;
  }

  /** One index seek for each, however many members there are. */
  #readShards(): number[] {
    const shards: number[] = [];
    for (let above = -1; ;) {
      const [row] = this.#sql
        .exec<{ shard: number }>("SELECT shard FROM members WHERE shard > ? ORDER BY shard LIMIT 1", above)
        .toArray();
      if (!row) return shards;
      shards.push(row.shard);
      above = row.shard;
    }
  }

  #keep(userId: string, member: StoredMember | null): void {
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(userId, member);
  }

  /** Drops what memory holds of a member. */
  #forget(userId: string): void {
    this.#kept.delete(userId);
    const first = this.#first;
    const isShown =
      first && (first.length < MEMBERS_SHOWN || first.some((member) => member.userId === userId));
    if (isShown) this.#first = undefined;
  }

  /** Presence has to be notified that this user joined or left. */
  #changedNow(userId: string): void {
    this.#shardsWithMembers = undefined;
    this.unconfirmed.add(userId);
  }
}

function fromRow(row: MemberRow): StoredMember {
  return {
    userId: row.user_id,
    role: row.role,
    readSeq: row.read_seq,
    joinedAt: row.joined_at,
    ...(row.contact_from !== null && { contactFrom: row.contact_from }),
    timeoutUntil: row.timeout_until,
  };
}
