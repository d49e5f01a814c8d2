/** Runs one system through the schedule: all participants send while their connections are cut; then deliveries are counted. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgramReport, Row } from "../support/program.ts";
import type { ChatSystem, Participant, ReceivedTexts } from "./chat-system.ts";
import { REFUSED_MS, type ClientCuts } from "./cut-schedule.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { countDeliveries, longestOrder, textOf, type DeliveryCounts } from "./delivery-counts.ts";

/** Every participant sends at this interval, connected or not. */
const SEND_INTERVAL_MS = 500;
const SAMPLE_INTERVAL_MS = 100;
const CHECK_INTERVAL_MS = 200;
/** When everybody is idle and nothing has arrived for so long, nothing more is expected of a system that may lose messages. */
const QUIET_MS = 5_000;
/** The longest wait for idleness; the longest back-off of any client is 30 s. */
const DEADLINE_MS = 120_000;
/** Duplicates may arrive a moment after the last first delivery. */
const LINGER_MS = 1_000;

interface ProxiedParticipant extends ClientCuts {
  participant: Participant;
  proxy: CuttingProxy;
}

/** What a system goes through. Times are in milliseconds since the start of the run. */
export interface DropPlan {
  /** How long participants send. */
  durationMs: number;
  clients: readonly ClientCuts[];
  crashesAt: readonly number[];
}

/** Runs `system` with a participant for each client of the plan. */
export async function runSystem(system: ChatSystem, plan: DropPlan): Promise<ProgramReport> {
  const proxied = await Promise.all(plan.clients.map((cuts) => joinThroughProxy(system, cuts)));
  const participants = proxied.map(({ participant }) => participant);
  const sent = new Set<string>();

  const connectivity = sampleConnectivity(participants);
  await Promise.all([
    ...proxied.flatMap((one) => [sendRegularly(one, sent, plan.durationMs), applyCuts(one, system)]),
    crash(system, plan.crashesAt),
  ]);
  const connectedShare = connectivity.stop();
  await allDelivered(participants, sent, system);

  const cuts = proxied.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
  const report = reportOf(system, participants, sent, { cuts, "connected %": percent(connectedShare) });
  for (const { participant, proxy } of proxied) {
    participant.close();
    proxy.close();
  }
  return report;
}

async function joinThroughProxy(system: ChatSystem, cuts: ClientCuts): Promise<ProxiedParticipant> {
  const proxy = await CuttingProxy.start(system.port);
  return { ...cuts, proxy, participant: await system.join(cuts.name, proxy.url) };
}

/** Samples who is connected; `stop` returns the share of the time that they were. */
function sampleConnectivity(participants: readonly Participant[]): { stop: () => number } {
  let samples = 0;
  let connected = 0;
  const timer = setInterval(() => {
    samples += participants.length;
    connected += participants.filter(({ isConnected }) => isConnected).length;
  }, SAMPLE_INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return connected / samples;
    },
  };
}

async function sendRegularly(
  { participant, name }: ProxiedParticipant,
  sent: Set<string>,
  durationMs: number,
): Promise<void> {
  const end = performance.now() + durationMs;
  for (let number = 1; performance.now() < end; number++) {
    const text = textOf(name, number);
    sent.add(text);
    participant.send(text);
    await sleep(SEND_INTERVAL_MS);
  }
}

async function applyCuts(
  { proxy, cuts }: ProxiedParticipant,
  { guaranteesDelivery }: ChatSystem,
): Promise<void> {
  const start = performance.now();
  for (const { at, kind } of cuts) {
    await sleep(Math.max(0, start + at - performance.now()));
    await proxy.cut(guaranteesDelivery ? kind : "sudden", REFUSED_MS);
  }
}

async function crash(system: ChatSystem, times: readonly number[]): Promise<void> {
  const start = performance.now();
  for (const at of times) {
    await sleep(Math.max(0, start + at - performance.now()));
    await system.crash();
  }
}

/** Resolves when everything has arrived everywhere, or when nothing more is expected. */
async function allDelivered(
  participants: readonly Participant[],
  sent: ReadonlySet<string>,
  { guaranteesDelivery }: ChatSystem,
): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  let arrived = 0;
  let changedAt = performance.now();
  while (performance.now() < deadline) {
    const now = receivedBy(participants).reduce((sum, { texts }) => sum + texts.length, 0);
    if (now !== arrived) changedAt = performance.now();
    arrived = now;
    const areIdle = participants.every(({ isIdle }) => isIdle);
    const isQuiet = !guaranteesDelivery && performance.now() - changedAt > QUIET_MS;
    if (areIdle && (isQuiet || haveAll(participants, sent))) break;
    await sleep(CHECK_INTERVAL_MS);
  }
  await sleep(LINGER_MS);
}

function haveAll(participants: readonly Participant[], sent: ReadonlySet<string>): boolean {
  return receivedBy(participants).every(
    ({ texts, excluded }) => texts.length + (excluded?.size ?? 0) >= sent.size,
  );
}

function receivedBy(participants: readonly Participant[]): ReceivedTexts[] {
  return participants.flatMap((participant) => participant.received());
}

function reportOf(
  system: ChatSystem,
  participants: readonly Participant[],
  sent: ReadonlySet<string>,
  circumstances: Row,
): ProgramReport {
  const all = receivedBy(participants);
  const order = longestOrder(all);
  const violations = participants.flatMap((participant) => participant.violations());
  const rows: Row[] = [];
  for (const [via, received] of Map.groupBy(all, (one) => one.via)) {
    const name = via === undefined ? system.name : `${system.name}, ${via}`;
    const counts = countDeliveries(sent, received, order);
    rows.push({ ...rowOf(name, sent.size, counts), ...circumstances });
    if (system.guaranteesDelivery) violations.push(...deliveryViolations(name, counts));
  }
  return { rows, violations };
}

function rowOf(system: string, sent: number, counts: DeliveryCounts): Row {
  return {
    system,
    sent,
    "deliveries expected": counts.expected,
    delivered: counts.delivered,
    "delivered %": percent(counts.delivered / counts.expected),
    duplicates: counts.duplicates,
    "out of order": counts.outOfOrder,
    "in snapshots": counts.excluded,
  };
}

function deliveryViolations(
  name: string,
  { expected, delivered, duplicates, outOfOrder }: DeliveryCounts,
): string[] {
  const violations: string[] = [];
  if (expected === 0) violations.push(`${name}: nothing was sent`);
  if (delivered !== expected) violations.push(`${name}: ${expected - delivered} deliveries are missing`);
  if (duplicates > 0) violations.push(`${name}: ${duplicates} messages arrived or were shown twice`);
  if (outOfOrder > 0) violations.push(`${name}: ${outOfOrder} messages arrived out of order`);
  return violations;
}

/** Rounded down: 100 only where it is all. */
function percent(share: number): number {
  return Math.floor(share * 100_000) / 1_000;
}
