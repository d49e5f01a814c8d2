/**
 * Whether a verified token or cookie was revoked, and whether the name in it still counts: the user's Presence shard decides.
 * Its verdicts are kept, in the memory of one isolate, and a shard that is asked about one says on whom others have changed
 * since: so one call every few seconds keeps all verdicts of a shard good, however many users and requests there are.
 */
import { configOf } from "../config/config.ts";
import { callObject } from "../rpc/call.ts";
import type { Caller } from "../rpc/caller.ts";
import {
  bannedError,
  isInForce,
  revokedError,
  VERDICT_MS,
  type Issuance,
  type RevocationCursor,
  type Verdict,
} from "../rpc/revocation.ts";
import { presenceStub, shardOf } from "../rpc/shards.ts";

/** A verdict of this age, in milliseconds, is asked for again by one request, while others go by it. */
const REFRESH_MS = 2_500;
/** How long one request may take to ask before the next one does. */
const ASKING_MS = 1_000;
/** Most users of a shard whose verdicts are kept. */
const KEPT = 5_000;
/** Most verdicts that are kept of one user: of their tokens and cookies. */
const KEPT_OF_USER = 100;

interface KeptVerdict extends Omit<Verdict, "news"> {
  /** When it was asked for, in milliseconds since the epoch. */
  askedAt: number;
  /** It stays good while the shard says that nothing of the user changed. */
  isLasting: boolean;
}

/** What this isolate knows of one shard. */
class KnownVerdicts {
  readonly #byUser = new Map<string, Map<string, KeptVerdict>>();
  /** Up to where the shard's changes are known, and when that was asked for. */
  cursor: RevocationCursor | undefined;
  #askedAt = 0;
  #askingUntil = 0;

  /** What to go by now, or undefined where the shard is to be asked. */
  find(userId: string, issuance: Issuance, now: number): KeptVerdict | undefined {
    const verdict = this.#byUser.get(userId)?.get(keyOf(issuance));
    // That something was revoked is never taken back, as a ban may be.
    if (!verdict || (verdict.isRevoked && !verdict.ban)) return verdict;
    const age = now - Math.max(verdict.askedAt, verdict.isLasting ? this.#askedAt : 0);
    if (age < REFRESH_MS) return verdict;
    if (age < VERDICT_MS && now < this.#askingUntil) return verdict;
    this.#askingUntil = now + ASKING_MS;
    return undefined;
  }

  learn(userId: string, issuance: Issuance, { news, ...verdict }: Verdict, askedAt: number): void {
    if (news && !this.#catchUp(news, askedAt)) return;
    if (this.#byUser.size >= KEPT) this.#byUser.clear();
    const verdicts = this.#byUser.get(userId) ?? new Map<string, KeptVerdict>();
    this.#byUser.set(userId, verdicts);
    if (verdicts.size >= KEPT_OF_USER) verdicts.clear();
    verdicts.set(keyOf(issuance), { ...verdict, askedAt, isLasting: news !== undefined });
  }

  /** False where an answer that was on its way for longer says less than is known. */
  #catchUp({ cursor, changed }: NonNullable<Verdict["news"]>, askedAt: number): boolean {
    const isSameMemory = cursor.memoryId === this.cursor?.memoryId;
    if (isSameMemory && this.cursor && cursor.changes < this.cursor.changes) return false;
    if (isSameMemory && changed) for (const userId of changed) this.#byUser.delete(userId);
    else this.#byUser.clear();
    this.#askedAt = isSameMemory ? Math.max(this.#askedAt, askedAt) : askedAt;
    this.cursor = cursor;
    return true;
  }
}

const known = new WeakMap<Env, Map<number, KnownVerdicts>>();

/** Of a credential that the host's server makes at the moment: nothing of it is revoked. */
const MADE_NOW: Issuance = { issuedAt: Infinity };

/**
 * The caller, named as their host has put them since their credential was made. Throws `unauthenticated` where that was
 * revoked more than `VERDICT_MS` ago, `forbidden` where the user was banned by then, or `unavailable` where their shard does
 * not answer. A token, which the host alone can revoke, costs nothing where no host's server is set up.
 */
export async function requireUnrevoked(env: Env, caller: Caller): Promise<Caller> {
  const { serverSecret } = configOf(env);
  const { user, issuedAt, sessionId, expiresAt } = caller;
  if (sessionId === undefined && serverSecret === undefined) return caller;
  // When a session ends says whether it is one of those that were forgotten; of a token that says nothing.
  const issuance = { issuedAt, ...(sessionId !== undefined && { sessionId, expiresAt }) };
  const { profile } = await goodVerdict(env, user.id, issuance);
  return profile ? { ...caller, user: profile } : caller;
}

/** Throws `forbidden` where the host has banned a user in whose name its server acts. */
export async function requireUnbanned(env: Env, userId: string): Promise<void> {
  await goodVerdict(env, userId, MADE_NOW);
}

/** The verdict on a credential that is good; throws what another is refused with. */
async function goodVerdict(env: Env, userId: string, issuance: Issuance): Promise<Omit<Verdict, "news">> {
  const shard = shardOf(userId, configOf(env).presenceShards);
  const verdicts = knownOf(env, shard);
  const now = Date.now();
  let verdict: Omit<Verdict, "news"> | undefined = verdicts.find(userId, issuance, now);
  if (!verdict) {
    const answer = await callObject(
      () => presenceStub(env, shard),
      (presence): Promise<Verdict> => presence.verdictOn(userId, issuance, verdicts.cursor),
    );
    verdicts.learn(userId, issuance, answer, now);
    verdict = answer;
  }
  if (isInForce(verdict.ban, now)) throw bannedError();
  if (verdict.isRevoked) throw revokedError();
  return verdict;
}

function knownOf(env: Env, shard: number): KnownVerdicts {
  const shards = known.get(env) ?? new Map<number, KnownVerdicts>();
  known.set(env, shards);
  const verdicts = shards.get(shard) ?? new KnownVerdicts();
  shards.set(shard, verdicts);
  return verdicts;
}

function keyOf({ issuedAt, sessionId }: Issuance): string {
  return `${issuedAt} ${sessionId}`;
}
