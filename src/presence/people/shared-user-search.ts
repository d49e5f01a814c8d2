/**
 * The user search among those with whom one shares a direct or group thread. Neither what one's threads have of members nor
 * how many others have such a name has a bound, so what is read of either has one: 20,000 rows a shard. A result is complete
 * unless both are passed.
 *
 * Searches have their turns one after another, and pause in between: a shard serves others whatever is searched for.
 */
import { pause, Stretches } from "../../durable/stretches.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { USER_SEARCH_RESULTS } from "../../protocol/limits.ts";
import type { FoundUser } from "../../rpc/presence.ts";
import type { UserDirectory } from "./user-directory.ts";
import { matchingKey, type UserSearchIndex } from "./user-search-index.ts";
import type { Members, Visibility } from "./visibility.ts";

/** Keys of the index that are read. */
const MOST_KEYS = 500;
/** Memberships, of users whose key matches, that are read to find out whether they are in one of the threads. */
const MOST_MEMBERSHIPS = 10_000;
/** Profiles read in one stretch. */
const PROFILES_AT_ONCE = 200;
/** Most searches that wait for their turn: each holds the ids of a user's threads. */
const MOST_WAITING = 100;
const RETRY_AFTER_MS = 1_000;

export class SharedUserSearch {
  readonly #index: UserSearchIndex;
  readonly #directory: UserDirectory;
  readonly #visibility: Visibility;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: { index: UserSearchIndex; directory: UserDirectory; visibility: Visibility }) {
    this.#index = parts.index;
    this.#directory = parts.directory;
    this.#visibility = parts.visibility;
  }

  /**
   * Users of this shard in one of these threads whose name, a word within it, or id starts with a prefix: at most 20, sorted
   * by the key that matched. Throws `rate_limited` where too many searches wait.
   */
  find(prefix: string, threadIds: readonly string[]): Promise<FoundUser[]> {
    if (this.#waiting >= MOST_WAITING)
      throw new LilypadError("rate_limited", "Too many people search at once.", {
        retryAfterMs: RETRY_AFTER_MS,
      });
    this.#waiting += 1;
    const found = this.#last.then(() => this.#find(prefix, threadIds));
    this.#last = found.catch(() => undefined).finally(() => (this.#waiting -= 1));
    return found;
  }

  async #find(prefix: string, threadIds: readonly string[]): Promise<FoundUser[]> {
    const members = this.#visibility.someMembersOf(threadIds);
    await pause();
    const { keys, isAll } = await this.#amongKeys(prefix, threadIds, members);
    if (!isAll) await this.#addMatching(prefix, members, keys);
    const sorted = [...keys].toSorted(([, a], [, b]) => (a < b ? -1 : Number(a > b)));
    return this.#directory.withProfiles(new Map(sorted.slice(0, USER_SEARCH_RESULTS)));
  }

  /** Those of the index's first keys with this prefix who are in one of the threads; and whether there is nobody to add to them. */
  async #amongKeys(
    prefix: string,
    threadIds: readonly string[],
    members: Members,
  ): Promise<{ keys: Map<string, string>; isAll: boolean }> {
    const threads = new Set(threadIds);
    const matching = this.#index.scan(prefix, MOST_KEYS);
    const keys = new Map<string, string>();
    const stretches = new Stretches();
    let left = MOST_MEMBERSHIPS;
    for (const [userId, key] of matching.keys) {
      if (left <= 0) return { keys, isAll: false };
      if (members.userIds.has(userId)) keys.set(userId, key);
      else if (!members.isAll) {
        const { isShared, rows } = this.#visibility.shared(userId, threads, left);
        if (isShared) keys.set(userId, key);
        left -= rows;
        if (stretches.read(rows)) await pause();
      }
      if (keys.size === USER_SEARCH_RESULTS) return { keys, isAll: true };
    }
    return { keys, isAll: matching.isAll };
  }

  /** Adds those of the members who match, by their profiles. */
  async #addMatching(prefix: string, { userIds }: Members, keys: Map<string, string>): Promise<void> {
    const ids = [...userIds];
    for (let from = 0; from < ids.length; from += PROFILES_AT_ONCE) {
      await pause();
      for (const { id, name } of this.#directory.profiles(ids.slice(from, from + PROFILES_AT_ONCE))) {
        const key = matchingKey(prefix, id, name);
        if (key !== undefined) keys.set(id, key);
      }
    }
  }
}
