/** Read markers as they move: broadcast at once, stored when the burst is over. */
import type { Config } from "../../config/config.ts";
import { TokenBuckets } from "../../durable/token-buckets.ts";
import { LilypadError } from "../../protocol/errors.ts";
import type { ReadState } from "../../protocol/http.ts";
import { READS_PER_SECOND } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import type { AskedBy } from "../../rpc/caller.ts";
import type { Broadcaster } from "../broadcasting/broadcaster.ts";
import type { Notifier } from "../notifying/notifier.ts";
import type { ThreadStore } from "../thread-store.ts";

/** How often, at most, one member's marker is stored while they read on. */
const BURST_MS = 1_000;
/** Most members of whom it is remembered when that was; the next move of one who is forgotten is stored at once. */
const KEPT = 2_000;

export class ReadMarkerUpdates {
  readonly #ctx: DurableObjectState;
  readonly #store: ThreadStore;
  readonly #broadcaster: Broadcaster;
  readonly #notifier: Notifier;
  readonly #rate: TokenBuckets;
  readonly #storedAt = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ctx: DurableObjectState,
    parts: { store: ThreadStore; broadcaster: Broadcaster; notifier: Notifier },
    { rateLimits }: Pick<Config, "rateLimits">,
  ) {
    const burst = rateLimits ? READS_PER_SECOND : 0;
    this.#rate = new TokenBuckets(burst, { tokens: READS_PER_SECOND, perMs: 1_000 });
    this.#ctx = ctx;
    this.#store = parts.store;
    this.#broadcaster = parts.broadcaster;
    this.#notifier = parts.notifier;
  }

  /**
   * Moves a marker. The first move is stored at once, those of the following second together at its end: what a
   * crash in that second loses, the client sends again when it is back.
   */
  move(user: User, seq: number, now: number, by?: AskedBy): ReadState {
    const wait = by === "server" ? 0 : this.#rate.take(user.id, now);
    if (wait > 0) throw new LilypadError("rate_limited", "Too many read markers.", { retryAfterMs: wait });
    const thread = this.#store.require();
    const { moved, ...state } = thread.read(user, seq);
    if (thread.request.isTo(user.id)) return state;
    // Sent again although it stands there already: the notification of Presence may have been lost in a crash.
    if (!moved) this.#notifier.read(user.id, state.readSeq);
    const isBurst = now - (this.#storedAt.get(user.id) ?? 0) < BURST_MS;
    if (isBurst) this.#timer ??= setTimeout(() => this.#ctx.waitUntil(this.store()), BURST_MS);
    else this.#ctx.waitUntil(this.store());
    if (moved && !this.#broadcaster.isQuiet)
      this.#broadcaster.broadcast({ type: "read", userId: user.id, seq: state.readSeq });
    return state;
  }

  /** Stores every marker that moved, and waits until Presence has been notified. */
  async store(): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    const thread = this.#store.current;
    if (!thread || thread.isDeleting) return;
    const now = Date.now();
    if (this.#storedAt.size >= KEPT) this.#storedAt.clear();
    for (const [userId, seq] of thread.readMarkers.store()) {
      this.#storedAt.set(userId, now);
      this.#notifier.read(userId, seq);
    }
    await this.#notifier.notifyReaders();
  }
}
