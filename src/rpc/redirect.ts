/** Opening a tab of a user who has moved to another shard: a socket is not passed on from object to object, so the caller is told where to go. */
import type { Doors } from "./call.ts";
import type { Presence } from "../presence/presence.ts";
import { presenceShard } from "./shards.ts";

const MISDIRECTED = 421;
const HEADER = "x-lilypad-shard";

/** The answer of a shard that this user has left. */
export function redirectTo(shard: number): Response {
  return new Response(null, { status: MISDIRECTED, headers: { [HEADER]: String(shard) } });
}

/** Where a shard's answer says to go, if it does. */
export function redirectedTo(env: Env, answer: Response): (() => Doors<Presence>) | undefined {
  const shard = answer.status === MISDIRECTED ? answer.headers.get(HEADER) : null;
  return shard === null ? undefined : () => presenceShard(env, Number(shard));
}
