/**
 * `npm run shards -- --url https://chat.example.com --from 8 --to 16`, with the deployment's ADMIN_SECRET in the
 * environment: moves users to their new shards after PRESENCE_SHARDS was raised (README, "Raising PRESENCE_SHARDS").
 * It keeps nothing: stopped at any point, it is run again, and goes on where it was.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { movedUsers, type MovedUsers } from "../protocol/http.ts";

/** Shards that are moved at the same time: each closes some of its users' tabs, who all come back within 2 s. */
const AT_ONCE = 4;
/** After this many failures in a row, at growing distances (2 minutes in all), it gives up. */
const TRIES = 10;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** What no further try will change. */
class Refused extends Error {}
/** What an earlier deployment, which still answers here and there, says to what is right: no such path, or other numbers. */
const OF_EARLIER = new Set([404, 409]);

interface Move {
  url: string;
  secret: string;
  before: number;
  after: number;
}

function given(): Move {
  const text = { type: "string" as const, default: "" };
  const { values } = parseArgs({ options: { url: text, from: text, to: text } });
  const { ADMIN_SECRET: secret = "" } = process.env;
  const [before, after] = [Number(values.from), Number(values.to)];
  // `localhost:8787` is an address too, of a scheme `localhost`.
  const isAddress = /^https?:/i.test(values.url) && URL.canParse(values.url);
  if (!isAddress || !(before > 0 && after > 0) || secret === "")
    throw new Refused("ADMIN_SECRET=… npm run shards -- --url https://chat.example.com --from 8 --to 16");
  return { url: values.url, secret, before, after };
}

async function moveShard(move: Move, shard: number): Promise<number> {
  for (let moved = 0; ;) {
    const step = await persistently(() => moveSome(move, shard));
    moved += step.moved;
    if (step.done || step.moved > 0)
      console.log(`shard ${shard}: ${moved} users moved${step.done ? ", done" : ""}`);
    if (step.done) return moved;
  }
}

async function moveSome({ url, secret, before, after }: Move, shard: number): Promise<MovedUsers> {
  const response = await fetch(new URL("/api/admin/presence/moves", url), {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ shard, before, after }),
  });
  const text = await response.text();
  if (response.ok) return movedUsers.parse(JSON.parse(text));
  const why = response.status === 404 ? " (Is ADMIN_SECRET set there?)" : "";
  const failure = `${response.status}: ${text}${why}`;
  const mayChange = response.status >= 500 || response.status === 429 || OF_EARLIER.has(response.status);
  throw mayChange ? new Error(failure) : new Refused(failure);
}

/** Tries again what failed for the moment: an object that starts anew, an older version that is still being replaced. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Refused || tried === TRIES) throw error;
      console.log(`trying again: ${String(error)}`);
    }
    await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried));
  }
}

try {
  const move = given();
  const shards = Array.from({ length: move.before }, (_, shard) => shard);
  const waiting = shards.values();
  let moved = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const shard of waiting) {
        // Not `moved += await …`, which reads before the wait what others add to meanwhile.
        const here = await moveShard(move, shard);
        moved += here;
      }
    }),
  );
  console.log(`Everyone is in place: ${moved} users moved. Remove PRESENCE_SHARDS_BEFORE, and deploy.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
