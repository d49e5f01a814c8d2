/**
 * Whose name and picture somebody may know: of their contacts and of fellow members, and with `USER_SEARCH` `all` of everyone.
 * Of anyone else there is the id alone, whether Lilypad knows them or not.
 */
import { configOf } from "../../config/config.ts";
import { pause, Stretches } from "../../durable/stretches.ts";
import type { User } from "../../protocol/model.ts";
import { byShard } from "../../rpc/shards.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { Visibility } from "../people/visibility.ts";

export interface KnownProfilesParts {
  peers: PeerShards;
  visibility: Visibility;
  directory: UserDirectory;
}

export class KnownProfiles {
  readonly #sql: SqlStorage;
  readonly #env: Env;
  readonly #parts: KnownProfilesParts;

  constructor(sql: SqlStorage, env: Env, parts: KnownProfilesParts) {
    this.#sql = sql;
    this.#env = env;
    this.#parts = parts;
  }

  /** The profiles of those of these users, of any shard, whom a user of this one may know: one call to each other shard concerned. */
  async of(userId: string, ids: readonly string[]): Promise<User[]> {
    const { peers, directory } = this.#parts;
    const others = ids.filter((id) => id !== userId);
    const threadIds = configOf(this.#env).userSearch === "all" ? null : this.#threadsOf(userId);
    const found = await Promise.all(
      [...byShard(this.#env, others)].map(([shard, ofShard]) =>
        peers.call(shard, (peer) => peer.profilesIn(ofShard, threadIds)),
      ),
    );
    return [...(ids.includes(userId) ? directory.profiles([userId]) : []), ...found.flat()];
  }

  /** The profiles of those of these users of this shard who are in one of these threads; of all with null. */
  async in(userIds: readonly string[], threadIds: readonly string[] | null): Promise<User[]> {
    const { visibility, directory } = this.#parts;
    if (threadIds === null) return directory.profiles(userIds);
    const threads = new Set(threadIds);
    const stretches = new Stretches();
    const found: string[] = [];
    for (const userId of userIds) {
      const { isShared, rows } = visibility.shared(userId, threads);
      if (isShared) found.push(userId);
      if (stretches.read(rows)) await pause();
    }
    return directory.profiles(found);
  }

  /** A user's threads, but for direct ones in which one has not written: those are opened with whomever one names. */
  #threadsOf(userId: string): string[] {
    return this.#sql
      .exec<{ thread_id: string }>(
        `SELECT thread_id FROM user_threads AS m JOIN threads AS t USING (thread_id)
         WHERE m.user_id = ? AND NOT (t.kind = 'direct' AND t.makes_contacts IS 0)`,
        userId,
      )
      .toArray()
      .map((row) => row.thread_id);
  }
}
