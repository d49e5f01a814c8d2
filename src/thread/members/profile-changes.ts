/**
 * Profiles as they change. A user's Presence shard is the one place that decides which profile counts: a thread keeps the one
 * with which a user came, and from then on what Presence sends. Where a credential names a user otherwise, the thread asks.
 */
import { callObject } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import type { User } from "../../protocol/model.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import type { Notifier } from "../notifying/notifier.ts";
import type { ThreadStore } from "../thread-store.ts";
import { isSameProfile } from "./profiles.ts";
import { isShownInLists } from "../thread-view.ts";

/** Presence is not asked about the same profile of a user again within this time: an old token may be used for as long as it is valid. */
const ASK_AGAIN_MS = 60_000;
/** Most users of whom it is remembered. */
const KEPT = 1_000;
/** Nor about more profiles of one user than this: with two tokens that name them differently, each would ask in turn. */
const MOST_ASKED = 10;

/** Of a user, since when, and about which profiles, each with when it was given. */
interface Asked {
  since: number;
  profiles: { user: User; namedAt: number }[];
}

export class ProfileChanges {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #store: ThreadStore;
  readonly #broadcaster: Broadcaster;
  readonly #notifier: Notifier;
  readonly #asked = new Map<string, Asked>();

  constructor(
    ctx: DurableObjectState,
    env: Env,
    parts: { store: ThreadStore; broadcaster: Broadcaster; notifier: Notifier },
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#store = parts.store;
    this.#broadcaster = parts.broadcaster;
    this.#notifier = parts.notifier;
    parts.notifier.onProfiles = (users) => {
      for (const user of users) this.#update(user);
    };
  }

  /**
   * Presence sends a user's changed profile. It is broadcast also where the thread has it: it may have crashed between
   * storing and broadcasting it.
   */
  received(user: User): void {
    const isNews = this.#update(user);
    if (!isNews && this.#store.current?.profiles.has(user.id)) this.#broadcast(user);
  }

  /** A credential of a user who is in the thread named them so: asks Presence, where the thread has another profile. */
  seen({ user, namedAt }: Pick<Caller, "user" | "namedAt">): void {
    const known = this.#store.current?.profiles.get(user.id);
    if (namedAt === undefined || !known || isSameProfile(known, user)) return;
    const now = Date.now();
    const before = this.#asked.get(user.id);
    const asked = before && now - before.since < ASK_AGAIN_MS ? before : { since: now, profiles: [] };
    const { profiles } = asked;
    const isKnown = profiles.some((one) => namedAt <= one.namedAt && isSameProfile(one.user, user));
    if (isKnown || profiles.length >= MOST_ASKED) return;
    if (this.#asked.size >= KEPT) this.#asked.clear();
    profiles.push({ user, namedAt });
    this.#asked.set(user.id, asked);
    this.#ctx.waitUntil(this.#ask(user, namedAt));
  }

  async #ask(user: User, namedAt: number): Promise<void> {
    try {
      const present = await callObject(
        () => presenceStubOf(this.#env, user.id),
        (presence) => presence.profileSeen(user, namedAt),
      );
      this.#update(present);
    } catch {
      // Logged where it was called. The next credential that says the same asks again.
      this.#asked.delete(user.id);
    }
  }

  /** Stores a profile that counts, and has everyone receive it. False where the thread has it, or does not know the user. */
  #update(user: User): boolean {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting || !thread.profiles.update(user, thread.rev)) return false;
    const isInviter = thread.invitations.isInviter(user.id);
    if (isInviter) this.#notifier.invitedSeeChange();
    if (isInviter || isShownInLists(thread, user.id)) this.#notifier.threadChanged(Date.now());
    this.#broadcast(user);
    return true;
  }

  #broadcast(user: User): void {
    this.#broadcaster.broadcast({ type: "user", user });
  }
}
