/** Lilypad alone, for the others know no users: what somebody with many threads waits for, and word of a message reaching the members of a large thread. */
import { people, type Person, type Served } from "../../chaos/support/people.ts";
import { latencies } from "../load/latencies.ts";
import { requireLilypad, seat } from "../systems/lilypad.ts";
import { ERRORS, TIMES } from "./columns.ts";
import { BODY_LENGTH, CONCURRENCY } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const THREADS = 200;
const AT_ONCE = 50;
/** Word of a message may wait a second for that of another: so these come more seldom. */
const GAP_MS = 1_200;
const MESSAGES = 10;

export const threadList: Scenario = {
  name: "threads",
  title: `The list of somebody's ${THREADS} threads`,
  note: "One request, over HTTP.",
  columns: TIMES,
  suits: ({ name }) => name === "lilypad",
  run: async ({ running, scale, tell }) => {
    const { server } = requireLilypad(running);
    const [owner] = await people(server, ["owner"]);
    if (!owner) throw new Error("nobody to own threads");
    await inParallel(Array.from({ length: THREADS }), async () => {
      const { id } = await owner.api.createThread({ kind: "group", name: "one of many", memberIds: [] });
      await send(server, owner, "POST", `/api/threads/${id}/messages`, { body: "the first" });
    });
    const times: number[] = [];
    for (let i = 0; i < scale.times; i++) {
      const from = performance.now();
      const response = await send(server, owner, "GET", `/api/threads?limit=${THREADS}`);
      const { threads } = (await response.json()) as { threads: unknown[] };
      times.push(performance.now() - from);
      if (threads.length !== THREADS) throw new Error(`${threads.length} threads are listed`);
    }
    tell("", { ...latencies(times) });
  },
};

export const notifications: Scenario = {
  name: "notify",
  title: "Word of a message to the members of a large thread",
  note: "From sending it in the thread to the last of the open tabs elsewhere having word of it; one message at a time.",
  columns: [...TIMES, ERRORS],
  suits: ({ name }) => name === "lilypad",
  run: async ({ running, generator, scale, tell }) => {
    const { server, pid } = requireLilypad(running);
    const members: Person[] = [];
    for (let i = 0; i < scale.members; i += AT_ONCE) {
      const ids = Array.from({ length: Math.min(AT_ONCE, scale.members - i) }, (_id, k) => `member${i + k}`);
      members.push(...(await people(server, ids)));
    }
    const [owner] = members;
    if (!owner) throw new Error("nobody is a member");
    const { id } = await owner.api.createThread({ kind: "public", name: "all hands" });
    await inParallel(members.slice(1), (member) =>
      send(server, member, "PUT", `/api/threads/${id}/members/${member.user.id}`, {}),
    );
    const tabs = members.slice(1, scale.online + 1).map((who) => seat(server, who, "/api/presence/socket"));
    const seats = [seat(server, owner, `/api/threads/${id}/socket`), ...tabs];
    // The first socket talks, and has to be the first.
    await generator.do("open", { seats: seats.slice(0, 1), concurrency: 1 });
    await generator.do("open", { seats: seats.slice(1), concurrency: CONCURRENCY });
    const order = { messages: MESSAGES, gapMs: GAP_MS, bodyLength: BODY_LENGTH, pid };
    const { complaints, ...figures } = await generator.do("notify", order);
    const of = (count: number) => count.toLocaleString("en");
    tell(`${of(scale.members)} members, ${of(scale.online)} online`, figures, { complaints });
  },
};

async function send(
  server: Served,
  who: Person,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
): Promise<Response> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${who.token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** Does it for all, a bounded number at a time. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
