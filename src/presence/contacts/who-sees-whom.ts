/**
 * Who may see whose status: who shares a direct or group thread, or with the policy `consent` a contact; and nobody whom one
 * blocks, or is blocked by. The shard of each of the two knows that one's threads and blocks, and applies them.
 *
 * What is asked about the status of many users is read in stretches (durable/stretches.ts), which several questions may share.
 * Users are handed over as they are found, so that whatever is said of them is said in the stretch that found them.
 */
import { configOf } from "../../config/config.ts";
import { pause, Stretches } from "../../durable/stretches.ts";
import type { Visibility } from "../people/visibility.ts";
import { makesContacts, type ThreadRow } from "../threads/thread-row.ts";
import type { AppliedUpdate } from "../threads/thread-updates.ts";
import type { UserBlocks } from "./user-blocks.ts";
import type { ContactThreads } from "./contact-threads.ts";

export interface WhoSeesWhomParts {
  visibility: Visibility;
  contactThreads: ContactThreads;
  blocks: UserBlocks;
}

export class WhoSeesWhom {
  readonly #env: Env;
  readonly #parts: WhoSeesWhomParts;

  constructor(env: Env, parts: WhoSeesWhomParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Whether contacts alone see each other. */
  get isAmongContacts(): boolean {
    return configOf(this.#env).contactPolicy === "consent";
  }

  /** The threads by which a user sees others, and is seen. */
  threadsOf(userId: string): string[] {
    const { contactThreads, visibility } = this.#parts;
    return this.isAmongContacts ? contactThreads.of(userId) : visibility.threadsOf(userId);
  }

  /** Which of these users of this shard, and another user of any shard who is in these threads, see each other. */
  async *usersIn(
    userIds: readonly string[],
    threadIds: readonly string[],
    otherId: string | undefined,
    stretches = new Stretches(),
  ): AsyncGenerator<string> {
    const { visibility } = this.#parts;
    const threads = new Set(threadIds);
    for (const userId of userIds) {
      if (this.#blocks(userId, otherId)) continue;
      const { isShared, rows } = visibility.shared(userId, this.#counting(userId, threads));
      if (isShared) yield userId;
      if (stretches.read(rows)) await pause();
    }
  }

  /** The same of those who see each other through this thread, and through no other of `threadIds`. */
  async *usersInOnly(
    threadId: string,
    userIds: readonly string[],
    threadIds: readonly string[],
    otherId: string,
    stretches = new Stretches(),
  ): AsyncGenerator<string> {
    const { visibility } = this.#parts;
    const others = new Set(threadIds);
    others.delete(threadId);
    if (stretches.read(userIds.length)) await pause();
    for (const userId of visibility.membersOf(threadId, userIds)) {
      if (this.#blocks(userId, otherId) || this.#counting(userId, new Set([threadId])).size === 0) continue;
      const { isShared, rows } = visibility.shared(userId, this.#counting(userId, others));
      if (!isShared) yield userId;
      if (stretches.read(rows)) await pause();
    }
  }

  /**
   * Who sees others, and is seen, by a thread since an update of it; undefined where nobody does. `membersOf`: all members of
   * this shard, where the update makes them contacts.
   */
  visibleBy({ before, after, joined }: AppliedUpdate, membersOf: () => string[]): Set<string> | undefined {
    const isSeenBy = (row: ThreadRow) => (this.isAmongContacts ? makesContacts(row) : row.kind !== "public");
    if (!isSeenBy(after)) return undefined;
    if (before && !isSeenBy(before)) return new Set(membersOf());
    return joined.size > 0 ? joined : undefined;
  }

  /** Those of these users whom a user of this shard does not block. */
  unblocked<T extends { userId: string }>(userId: string, others: readonly T[]): T[] {
    return others.filter((other) => !this.#parts.blocks.has(userId, other.userId));
  }

  #blocks(userId: string, otherId: string | undefined): boolean {
    return otherId !== undefined && this.#parts.blocks.has(userId, otherId);
  }

  /** Those of these threads in which a user counts. */
  #counting(userId: string, threads: ReadonlySet<string>): ReadonlySet<string> {
    return this.isAmongContacts ? this.#parts.contactThreads.counting(userId, threads) : threads;
  }
}
