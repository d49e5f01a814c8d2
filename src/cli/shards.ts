/**
 * `npm run shards -- --url https://chat.example.com --from 8 --to 16`, with the deployment's ADMIN_SECRET in the
 * environment: moves users to their new shards after PRESENCE_SHARDS was raised. It keeps no state: interrupted at any
 * point, it is run again and continues where it stopped.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { movedUsers, type MovedUsers } from "../protocol/http.ts";

/** Shards moved at the same time. Moving a user closes their tabs' sockets, which reconnect within 2 s. */
const CONCURRENCY = 4;
/** Attempts of one request, with growing pauses (2 minutes in all), before the command fails. */
const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

const USAGE = `ADMIN_SECRET=… npm run shards -- --url https://chat.example.com --from 8 --to 16

Moves users to their new shards after PRESENCE_SHARDS was raised. Can be interrupted and run again.

  --url URL   the deployment
  --from N    PRESENCE_SHARDS_BEFORE: the number of shards until now
  --to N      PRESENCE_SHARDS: the number of shards from now on`;

/** A failure that no retry changes. */
class PermanentError extends Error {}
/** Answers of the previous version of the deployment, which may still serve some requests: no such route, or other numbers. */
const OF_PREVIOUS_VERSION = new Set([404, 409]);

interface Resharding {
  url: string;
  secret: string;
  before: number;
  after: number;
}

/** What the command line asks for; undefined for help. Throws `PermanentError`. */
function parsed(): Resharding | undefined {
  const text = { type: "string" as const, default: "" };
  const { values } = parseArgs({ options: { url: text, from: text, to: text, help: { type: "boolean" } } });
  if (values.help) return undefined;
  const { ADMIN_SECRET: secret = "" } = process.env;
  const [before, after] = [Number(values.from), Number(values.to)];
  // `localhost:8787` parses as a URL too, with the scheme `localhost`.
  const isUrl = /^https?:/i.test(values.url) && URL.canParse(values.url);
  if (!isUrl || !(before > 0 && after > 0) || secret === "") throw new PermanentError(USAGE);
  return { url: values.url, secret, before, after };
}

/** Moves all users of one shard; returns how many. */
async function moveShard(resharding: Resharding, shard: number): Promise<number> {
  for (let moved = 0; ;) {
    const batch = await withRetries(() => moveBatch(resharding, shard));
    moved += batch.moved;
    if (batch.done || batch.moved > 0)
      console.log(`shard ${shard}: ${moved} users moved${batch.done ? ", done" : ""}`);
    if (batch.done) return moved;
  }
}

async function moveBatch({ url, secret, before, after }: Resharding, shard: number): Promise<MovedUsers> {
  const response = await fetch(new URL("/api/admin/presence/moves", url), {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ shard, before, after }),
  });
  const text = await response.text();
  if (response.ok) return movedUsers.parse(JSON.parse(text));
  const hint = response.status === 404 ? " (Is ADMIN_SECRET set there?)" : "";
  const failure = `${response.status}: ${text}${hint}`;
  const isTransient =
    response.status >= 500 || response.status === 429 || OF_PREVIOUS_VERSION.has(response.status);
  throw isTransient ? new Error(failure) : new PermanentError(failure);
}

/** Retries transient failures: an object that restarts, a previous version that is still being replaced. */
async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof PermanentError || attempt === ATTEMPTS) throw error;
      console.log(`retrying: ${String(error)}`);
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
  }
}

async function main(): Promise<void> {
  const resharding = parsed();
  if (resharding === undefined) return console.log(USAGE);
  const remaining = Array.from({ length: resharding.before }, (_, shard) => shard).values();
  let moved = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const shard of remaining) {
        // Not `moved += await …`, which reads `moved` before the wait and loses what others add meanwhile.
        const count = await moveShard(resharding, shard);
        moved += count;
      }
    }),
  );
  console.log(`All users are in place: ${moved} moved. Remove PRESENCE_SHARDS_BEFORE, and deploy.`);
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // parseArgs does not say which command it is about.
  console.error(
    error instanceof TypeError && "code" in error ? `npm run shards: ${message} (see --help)` : message,
  );
  process.exitCode = 1;
}
