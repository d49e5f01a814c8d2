/** Checks that the host's server is sent every event, in order, whatever happens to it and to Lilypad. */
import { setTimeout as sleep } from "node:timers/promises";
import { ChangeNotifier, WaitTimeout } from "./support/change-notifier.ts";
import { defineProgram } from "./support/program.ts";
import { randomFrom, type Random } from "./support/random.ts";
import { Server } from "./support/server.ts";
import { signIn } from "./support/users.ts";
import { CheckedThread } from "./webhooks/checked-thread.ts";
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

interface Run {
  server: Server;
  receiver: Receiver;
  changes: ChangeNotifier;
  random: Random;
  threads: CheckedThread[];
}

export const webhooks = defineProgram({
  name: "webhooks",
  summary:
    "Kills the process, and has a receiver of webhooks that fails, hangs and is down for an hour: of each thread, which is deleted and made anew now and then, it is sent every event at least once and in order, a deletion as the last, and an event that it is sent again has the id it had.",
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
      const [user, guest] = await signIn(server, ["ada", "cleo"]);
      if (!user || !guest) throw new Error("nobody signed in");
      const run: Run = { server, receiver, changes, random: randomFrom(seed), threads: [] };
      for (let n = 0; n < threads; n++) {
        const thread = new CheckedThread(server, `order-${n}`, { user, guest: guest.id }, run.random);
        await thread.create();
        run.threads.push(thread);
      }
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

/** Sends in every thread while something is wrong, mends it, and waits for every webhook. */
async function roundOf(fault: Fault, run: Run): Promise<string[]> {
  const { server, receiver, random } = run;
  await receiver.behave(BEHAVIOUR[fault]);
  const sending = Promise.all(run.threads.map((thread) => actIn(thread, random)));
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

async function actIn(thread: CheckedThread, random: Random): Promise<void> {
  const steps = random.between(3, 10);
  for (let n = 0; n < steps; n++) await thread.step();
  if (random.between(1, 3) > 1) return;
  await thread.deleteAndMakeAnew();
  await thread.step();
}

/** Once each thread's last event is there: what is missing, or came out of order. */
async function violationsOf(fault: Fault, run: Run): Promise<string[]> {
  const { changes, threads } = run;
  const faultOf = (thread: CheckedThread) => thread.fault(firstOf(thread, run));
  try {
    await changes.until(() => threads.every((thread) => faultOf(thread) === undefined), "every event");
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
  }
  return threads.flatMap((thread) => {
    const wrong = faultOf(thread);
    return wrong === undefined ? [] : [`after the fault "${fault}" of thread ${thread.id} ${wrong}`];
  });
}

/** What a thread's webhooks said, each where it was first accepted. */
function firstOf({ id: threadId }: CheckedThread, { receiver }: Run): string[] {
  const byId = new Map<string, string>();
  for (const one of receiver.accepted)
    if (one.threadId === threadId && !byId.has(one.id)) byId.set(one.id, one.what);
  return [...byId.values()];
}
