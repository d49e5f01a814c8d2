/**
 * How many invitations somebody has pending, in all threads, their Presence shard counts. So a new one is counted there
 * first, and made then; one that was not made after all is counted no more.
 */
import { callForValue, callObject } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import type { ThreadStore } from "../thread-store.ts";

export class Reservations {
  readonly #env: Env;
  readonly #threadId: string;
  readonly #store: ThreadStore;
  /** What is being reserved or made now, by who invites. */
  readonly #held: { by: string; userId: string }[] = [];

  constructor(env: Env, threadId: string, store: ThreadStore) {
    this.#env = env;
    this.#threadId = threadId;
    this.#store = store;
  }

  /** Counts invitations of these users, and then makes them. `conflict` where they would be too many. */
  async reserved<T>(by: string, userIds: readonly string[], make: () => Promise<T>): Promise<T> {
    const held = userIds.map((userId) => ({ by, userId }));
    this.#held.push(...held);
    let isCounted = false;
    try {
      await callForValue(
        () => presenceStubOf(this.#env, by),
        (presence) => presence.admitInvitations(by, this.#threadId, [...userIds]),
      );
      isCounted = true;
      return await make();
    } finally {
      for (const one of held) this.#held.splice(this.#held.indexOf(one), 1);
      if (isCounted) await this.#endUnmade(by, userIds);
    }
  }

  /** To whom an invitation by this user is pending, or is about to be. */
  pendingBy(by: string, now: number): { userId: string; at: number }[] {
    const held = this.#held.filter((one) => one.by === by).map(({ userId }) => ({ userId, at: now }));
    const made = this.#made(by, now);
    return [...made, ...held.filter(({ userId }) => !made.some((one) => one.userId === userId))];
  }

  async #endUnmade(by: string, userIds: readonly string[]): Promise<void> {
    const pending = this.pendingBy(by, Date.now());
    const unmade = userIds.filter((id) => !pending.some(({ userId }) => userId === id));
    if (unmade.length === 0) return;
    await callObject(
      () => presenceStubOf(this.#env, by),
      (presence) => presence.endInvitations(by, this.#threadId, unmade),
      // Logged where it was called. What stays counted does for 30 days at most.
    ).catch(() => undefined);
  }

  #made(by: string, now: number): { userId: string; at: number }[] {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting) return [];
    const request = thread.request.pending;
    if (request) return request.from === by ? [{ userId: request.to, at: request.at }] : [];
    return thread.invitations.pendingBy(by, now);
  }
}
