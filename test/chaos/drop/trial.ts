/** One system's bad minute: everybody talks while their lines are cut, and then all that was said is looked for. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "../support/script.ts";
import { REFUSED_MS, type Cuts } from "./cut-schedule.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import type { Participant, Sighting, System } from "./system.ts";
import { agreedOrder, tally, textOf, type Tally } from "./tally.ts";

/** Everybody says something this often, connected or not. */
const SAY_EVERY_MS = 500;
const LOOK_EVERY_MS = 100;
/** Nothing that came for so long, with everybody at rest, is taken to come no more. */
const QUIET_MS = 5_000;
/** Only ever spent by what never comes to rest: the longest back-off of any of the clients is 30 s. */
const DEADLINE_MS = 120_000;
/** What comes twice may come a moment later. */
const LINGER_MS = 1_000;

/** A participant and their line. */
interface Seat extends Cuts {
  participant: Participant;
  proxy: CuttingProxy;
}

export interface Outcome {
  rows: Row[];
  violations: string[];
}

/** Runs `system` through the schedule of cuts, with everybody who is in it. */
export async function trial(system: System, schedule: readonly Cuts[], lastsMs: number): Promise<Outcome> {
  const seats = await Promise.all(schedule.map((cuts) => seat(system, cuts)));
  const participants = seats.map(({ participant }) => participant);
  const sent = new Set<string>();

  const connection = watch(participants);
  await Promise.all(seats.flatMap((taken) => [talk(taken, sent, lastsMs), suffer(taken, system)]));
  const connected = connection.share();
  await arrival(participants, sent);

  const cuts = seats.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
  const outcome = judge(system, participants, sent, { cuts, "connected %": percent(connected) });
  for (const { participant, proxy } of seats) {
    participant.close();
    proxy.close();
  }
  return outcome;
}

async function seat(system: System, cuts: Cuts): Promise<Seat> {
  const proxy = await CuttingProxy.start(system.port);
  return { ...cuts, proxy, participant: await system.join(cuts.name, proxy.url) };
}

/** Looks which of them are connected, again and again; `share` ends that, and tells how much of the time they were. */
function watch(participants: readonly Participant[]): { share: () => number } {
  let looks = 0;
  let connected = 0;
  const timer = setInterval(() => {
    looks += participants.length;
    connected += participants.filter(({ isConnected }) => isConnected).length;
  }, LOOK_EVERY_MS);
  return {
    share: () => {
      clearInterval(timer);
      return connected / looks;
    },
  };
}

async function talk({ participant, name }: Seat, sent: Set<string>, lastsMs: number): Promise<void> {
  const ends = performance.now() + lastsMs;
  for (let number = 1; performance.now() < ends; number++) {
    const text = textOf(name, number);
    sent.add(text);
    participant.say(text);
    await sleep(SAY_EVERY_MS);
  }
}

async function suffer({ proxy, cuts }: Seat, { promises }: System): Promise<void> {
  const began = performance.now();
  for (const { at, kind } of cuts) {
    await sleep(Math.max(0, began + at - performance.now()));
    // Whoever promises nothing is not asked for what it could only lose.
    await proxy.cut(promises ? kind : "sudden", REFUSED_MS);
  }
}

/** Resolves when everything has arrived everywhere, or when it is clear that it will not. */
async function arrival(participants: readonly Participant[], sent: ReadonlySet<string>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  let arrived = 0;
  let changedAt = performance.now();
  while (performance.now() < deadline) {
    const now = sightingsOf(participants).reduce((sum, { texts }) => sum + texts.length, 0);
    if (now !== arrived) changedAt = performance.now();
    arrived = now;
    const atRest = participants.every((participant) => participant.atRest);
    if (atRest && (hasAll(participants, sent) || performance.now() - changedAt > QUIET_MS)) break;
    await sleep(200);
  }
  await sleep(LINGER_MS);
}

function hasAll(participants: readonly Participant[], sent: ReadonlySet<string>): boolean {
  return sightingsOf(participants).every(
    ({ texts, leftOut }) => texts.length + (leftOut?.size ?? 0) >= sent.size,
  );
}

function sightingsOf(participants: readonly Participant[]): Sighting[] {
  return participants.flatMap((participant) => participant.sightings());
}

function judge(
  system: System,
  participants: readonly Participant[],
  sent: ReadonlySet<string>,
  circumstances: Row,
): Outcome {
  const all = sightingsOf(participants);
  const order = agreedOrder(all);
  const violations = participants.flatMap((participant) => participant.complaints());
  const rows: Row[] = [];
  for (const [way, sightings] of Map.groupBy(all, (sighting) => sighting.way)) {
    const name = way === undefined ? system.name : `${system.name}, ${way}`;
    const found = tally(sent, sightings, order);
    rows.push({ ...row(name, sent.size, found), ...circumstances });
    if (system.promises) violations.push(...broken(name, found));
  }
  return { rows, violations };
}

function row(system: string, sent: number, found: Tally): Row {
  return {
    system,
    sent,
    "deliveries expected": found.expected,
    delivered: found.delivered,
    "delivered %": percent(found.delivered / found.expected),
    duplicates: found.duplicates,
    "out of order": found.outOfOrder,
    "left to snapshots": found.leftOut,
  };
}

function broken(name: string, { expected, delivered, duplicates, outOfOrder }: Tally): string[] {
  const violations: string[] = [];
  if (expected === 0) violations.push(`${name}: nothing was sent`);
  if (delivered !== expected) violations.push(`${name}: ${expected - delivered} deliveries are missing`);
  if (duplicates > 0) violations.push(`${name}: ${duplicates} messages came or showed twice`);
  if (outOfOrder > 0) violations.push(`${name}: ${outOfOrder} messages came out of order`);
  return violations;
}

/** Rounded down: only all is 100. */
function percent(share: number): number {
  return Math.floor(share * 100_000) / 1_000;
}
