/**
 * Who are contacts: two people who have both written in a direct thread of theirs, or share a group of at most 50 members,
 * while neither blocks the other. A shard knows the memberships and blocks of its own users alone: the shard of one of the two
 * names that one's threads, and the other's shard looks them up.
 */
import { pause, Stretches } from "../../durable/stretches.ts";
import { byShard } from "../../rpc/shards.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { Visibility } from "../people/visibility.ts";
import type { UserBlocks } from "./user-blocks.ts";
import type { ContactThreads } from "./contact-threads.ts";

export interface UserContactsParts {
  peers: PeerShards;
  visibility: Visibility;
  contactThreads: ContactThreads;
  blocks: UserBlocks;
}

export class UserContacts {
  readonly #env: Env;
  readonly #parts: UserContactsParts;

  constructor(env: Env, parts: UserContactsParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Those of these users, of any shard, who are a user's contacts: one call to each other shard concerned. */
  async of(userId: string, ids: readonly string[]): Promise<string[]> {
    const { peers, contactThreads, blocks } = this.#parts;
    const others = ids.filter((id) => id !== userId);
    if (others.length === 0) return [];
    const threadIds = contactThreads.of(userId);
    const found = await Promise.all(
      [...byShard(this.#env, others)].map(([shard, ofShard]) =>
        peers.call(shard, (peer) => peer.contactsAmong(userId, ofShard, threadIds)),
      ),
    );
    // Whom the user blocks is asked about all the same: how long an answer takes says nothing.
    return found.flat().filter((id) => !blocks.has(userId, id));
  }

  /** Those of these users of this shard who are in one of these threads of a user's that make contacts, and do not block the user. */
  async among(userId: string, ids: readonly string[], threadIds: readonly string[]): Promise<string[]> {
    const { visibility, contactThreads, blocks } = this.#parts;
    const threads = new Set(threadIds);
    const stretches = new Stretches();
    const found: string[] = [];
    for (const id of ids) {
      const { isShared, rows } = visibility.shared(id, contactThreads.counting(id, threads));
      if (isShared && !blocks.has(id, userId)) found.push(id);
      if (stretches.read(rows)) await pause();
    }
    return found;
  }
}
