/**
 * Who are contacts: two people who have both written in a direct thread of theirs, or share a group of at most 50 members.
 * Each thread says whether it makes contacts (`ThreadUpdate.makesContacts`). A shard knows the memberships of its own users
 * alone: the shard of one of the two names that one's threads, and the other's shard looks them up.
 */
import { pause, Stretches } from "../../durable/stretches.ts";
import { CONTACT_GROUP_MEMBERS } from "../../protocol/limits.ts";
import { byShard } from "../../rpc/shards.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { Visibility } from "../people/visibility.ts";
import type { LateContacts } from "./late-contacts.ts";

export interface ContactsParts {
  peers: PeerShards;
  visibility: Visibility;
  lateContacts: LateContacts;
}

export class Contacts {
  readonly #sql: SqlStorage;
  readonly #env: Env;
  readonly #parts: ContactsParts;

  constructor(sql: SqlStorage, env: Env, parts: ContactsParts) {
    this.#sql = sql;
    this.#env = env;
    this.#parts = parts;
  }

  /** The threads that make a user a contact of their other members, now. */
  threadsOf(userId: string): string[] {
    const pending = this.#parts.lateContacts.pendingOf(userId, Date.now());
    const threads = this.#sql
      .exec<{ thread_id: string }>(
        // As `makesContacts` of threads/thread-row.ts.
        `SELECT thread_id FROM user_threads AS m JOIN threads AS t USING (thread_id)
         WHERE m.user_id = ? AND iif(t.makes_contacts IS NULL,
           t.kind <> 'public' AND coalesce(t.member_count, 0) <= ?, t.makes_contacts = 1)`,
        userId,
        CONTACT_GROUP_MEMBERS,
      )
      .toArray()
      .map((row) => row.thread_id);
    return pending.size === 0 ? threads : threads.filter((threadId) => !pending.has(threadId));
  }

  /** Those of these users, of any shard, who are a user's contacts: one call to each other shard concerned. */
  async of(userId: string, ids: readonly string[]): Promise<string[]> {
    const others = ids.filter((id) => id !== userId);
    if (others.length === 0) return [];
    const threadIds = this.threadsOf(userId);
    const found = await Promise.all(
      [...byShard(this.#env, others)].map(([shard, ofShard]) =>
        this.#parts.peers.call(shard, (peer) => peer.contactsAmong(userId, ofShard, threadIds)),
      ),
    );
    return found.flat();
  }

  /** Those of these users, of this shard, who are in one of these threads of another user's that make contacts. */
  async among(ids: readonly string[], threadIds: readonly string[]): Promise<string[]> {
    const { visibility, lateContacts } = this.#parts;
    const threads = new Set(threadIds);
    const stretches = new Stretches();
    const found: string[] = [];
    for (const id of ids) {
      const pending = lateContacts.pendingOf(id, Date.now());
      const { isShared, rows } = visibility.shared(
        id,
        pending.size > 0 ? threads.difference(pending) : threads,
      );
      if (isShared) found.push(id);
      if (stretches.read(rows)) await pause();
    }
    return found;
  }
}
