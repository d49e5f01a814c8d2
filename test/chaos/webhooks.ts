/** Checks that the host's server is sent every event, in order, whatever happens to it and to Lilypad. */
import { setTimeout as sleep } from "node:timers/promises";
import { ChangeNotifier, WaitTimeout } from "./support/change-notifier.ts";
import { defineProgram } from "./support/program.ts";
import { randomFrom, type Random } from "./support/random.ts";
import { requestJson } from "./support/request-json.ts";
import { Server } from "./support/server.ts";
import { signIn, type SignedInUser } from "./support/users.ts";
import { passAnHour } from "./webhooks/pass-an-hour.ts";
import { Receiver, type Behaviour } from "./webhooks/receiver.ts";

const SECRET = `whsec_${Buffer.from("a-key-for-the-chaos-tests-01").toString("base64")}`;
/** How long the receiver does not accept: a few retries. */
const FAULT_MS = 2_500;

const FAULTS = ["killed", "fails", "hangs", "down for an hour"] as const;
type Fault = (typeof FAULTS)[number];
const BEHAVIOUR: Record<Fault, Behaviour> = {
  killed: "accepts",
  fails: "fails",
  hangs: "hangs",
  "down for an hour": "is down",
};

/** A thread, and what its webhooks are to say, in order. */
interface CheckedThread {
  id: string;
  expected: string[];
  messages: number;
}

interface Run {
  server: Server;
  receiver: Receiver;
  changes: ChangeNotifier;
  random: Random;
  user: SignedInUser;
  threads: CheckedThread[];
}

export const webhooks = defineProgram({
  name: "webhooks",
  summary:
    "Kills the process, and has a receiver of webhooks that fails, hangs and is down for an hour: of each thread it is sent every event at least once and in order, and an event that it is sent again has the id it had.",
  duration: "about 2 min",
  options: {
    rounds: { kind: "number", default: 3, min: 1, help: "rounds, each with every fault" },
    threads: { kind: "number", default: 5, min: 1, help: "threads that send at once" },
  },
  run: async ({ rounds, threads, seed }) => {
    const changes = new ChangeNotifier();
    const receiver = new Receiver(changes);
    await receiver.behave("accepts");
    const server = await Server.start({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET });
    try {
      const [user] = await signIn(server, ["ada"]);
      if (!user) throw new Error("nobody signed in");
      const run: Run = { server, receiver, changes, random: randomFrom(seed), user, threads: [] };
      for (let n = 0; n < threads; n++) run.threads.push(await newThread(run));
      const violations: string[] = [];
      for (let round = 0; round < rounds; round++)
        for (const fault of FAULTS) violations.push(...(await roundOf(fault, run)));
      const sent = new Set(receiver.accepted.map(({ id }) => id)).size;
      const again = receiver.accepted.length - sent;
      return { rows: [{ rounds, events: sent, "sent again": again, refused: receiver.refused }], violations };
    } finally {
      await server.stop();
      receiver.stop();
    }
  },
});

async function newThread({ server, user }: Run): Promise<CheckedThread> {
  const { id } = await requestJson<{ id: string }>(server, user, "POST", "/api/threads", { kind: "group" });
  return { id, expected: ["thread.created"], messages: 0 };
}

/** Sends in every thread while something is wrong, mends it, and waits for every webhook. */
async function roundOf(fault: Fault, run: Run): Promise<string[]> {
  const { server, receiver, random } = run;
  await receiver.behave(BEHAVIOUR[fault]);
  const sending = Promise.all(run.threads.map((thread) => sendIn(thread, random.between(3, 10), run)));
  if (fault === "killed") {
    await sleep(random.between(1, 200));
    await server.kill();
    await server.restart();
  }
  await sending;
  if (fault !== "killed") await sleep(FAULT_MS);
  if (fault === "down for an hour") {
    await server.kill();
    await passAnHour(server.storage);
    await server.restart();
  }
  await receiver.behave("accepts");
  return await violationsOf(fault, run);
}

async function sendIn(thread: CheckedThread, count: number, { server, user }: Run): Promise<void> {
  for (let n = 0; n < count; n++) {
    const seq = ++thread.messages;
    const path = `/api/threads/${thread.id}/messages`;
    await untilAnswered(() => requestJson(server, user, "POST", path, { id: `m${seq}`, body: `${seq}` }));
    thread.expected.push(`message.created ${seq}`);
  }
}

/** Sends it again after the process was killed: the same `id` is stored once. */
async function untilAnswered(send: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await sleep(50);
    }
  }
}

/** Once each thread's last event is there: what is missing, or came out of order. */
async function violationsOf(fault: Fault, run: Run): Promise<string[]> {
  const { changes, threads } = run;
  const isComplete = (thread: CheckedThread) => firstOf(thread, run).length >= thread.expected.length;
  try {
    await changes.until(() => threads.every(isComplete), "every event");
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
  }
  return threads.flatMap((thread) => {
    const received = firstOf(thread, run);
    const at = thread.expected.findIndex((what, i) => received[i] !== what);
    if (at < 0 && received.length === thread.expected.length) return [];
    return [
      `after the fault "${fault}" event ${at} of thread ${thread.id} is ${received[at]}, not ${thread.expected[at]}`,
    ];
  });
}

/** What a thread's webhooks said, each where it was first accepted. */
function firstOf({ id: threadId }: CheckedThread, { receiver }: Run): string[] {
  const byId = new Map<string, string>();
  for (const one of receiver.accepted)
    if (one.threadId === threadId && !byId.has(one.id)) byId.set(one.id, one.what);
  return [...byId.values()];
}
