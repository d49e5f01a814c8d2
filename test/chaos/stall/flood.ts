/** Clients of a room stop reading while another one floods it. */
import { setTimeout as sleep } from "node:timers/promises";
import { PACED_BYTES, ROOM_QUEUE_BYTES } from "../../../src/protocol/limits.ts";
import { residentBytes } from "../../bench/load/process-usage.ts";
import { ChangeNotifier } from "../support/change-notifier.ts";
import type { ProgramReport } from "../support/program.ts";
import type { Server } from "../support/server.ts";
import { signIn } from "../support/users.ts";
import { BODY_LENGTH, MIB, rowOf, SETTLE_MS } from "./memory.ts";
import { ReadingClient } from "./reading-client.ts";
import { sendMessages } from "./send-messages.ts";

/** Before measuring: V8 grows its heap in steps, the last of them after some 50 MiB, more than the short form sends. */
const WARM_UP_MIB = 64;
/** The close code of a client that reads too slowly. */
const TOO_SLOW = 4108;

export interface FloodOptions {
  /** How much is sent while clients stall. */
  mib: number;
  /** How many stall. */
  stalled: number;
  /** Whether those have promised to acknowledge what they read. */
  isPaced: boolean;
}

/** Sends as much as V8's heap grows by, and at least as much as the floods after it. */
export async function warmUp(server: Server, mib: number): Promise<void> {
  const changes = new ChangeNotifier();
  const [user] = await signIn(server, ["sender"]);
  if (!user) throw new Error("nobody signed in");
  const { id } = await user.api.createThread({ kind: "public", name: "warm-up" });
  const sending = new ReadingClient(new URL(`/api/threads/${id}/socket?paced`, server.url), user, changes);
  await changes.until(() => sending.events.length > 0, "the sender's welcome");
  await sendMessages(sending, changes, messagesIn(Math.max(mib, WARM_UP_MIB)));
  sending.socket.close();
}

/** Floods a room of a server that is warmed up. The client that goes on reading must not be disconnected, and the stalled ones must. */
export async function flood(server: Server, { mib, stalled, isPaced }: FloodOptions): Promise<ProgramReport> {
  const changes = new ChangeNotifier();
  const ids = ["sender", ...Array.from({ length: stalled }, (_client, i) => `stalled${i + 1}`)];
  const [sender, ...stalledUsers] = await signIn(server, ids);
  if (!sender) throw new Error("a room needs a sender");
  const { id, epoch } = await sender.api.createThread({ kind: "public", name: "stall" });
  const url = (promises: boolean, cursor?: string) => {
    const address = new URL(`/api/threads/${id}/socket`, server.url);
    if (promises) address.searchParams.set("paced", "");
    if (cursor !== undefined) address.searchParams.set("cursor", cursor);
    return address;
  };
  const sending = new ReadingClient(url(true), sender, changes);
  await changes.until(() => sending.events.length > 0, "the sender's welcome");
  const stalling = stalledUsers.map((user) => new ReadingClient(url(isPaced), user, changes));
  await changes.until(() => stalling.every(({ events }) => events.length > 1), "every client's welcome");
  const before = residentBytes(server.pid);

  for (const { socket } of stalling) socket.pause();
  const peak = await sendMessages(sending, changes, messagesIn(mib), () => residentBytes(server.pid));
  const left = () => sending.events.filter(({ type }) => type === "leave").length;
  await changes.until(() => left() === stalled, "the stalled clients to be disconnected");
  await sleep(SETTLE_MS);
  const after = residentBytes(server.pid);

  for (const { socket } of stalling) socket.resume();
  await changes.until(
    () => stalling.every(({ closingCode }) => closingCode === TOO_SLOW),
    `closing with ${TOO_SLOW} at every stalled client`,
  );
  const resumed = stalledUsers.map(
    (user, i) => new ReadingClient(url(isPaced, `${epoch}:${stalling[i]?.rev}`), user, changes),
  );
  await changes.until(
    () => resumed.every(({ rev }) => rev === sending.rev),
    "the resumed clients to catch up",
  );

  const each = isPaced ? PACED_BYTES : ROOM_QUEUE_BYTES;
  const { row, violations } = rowOf({
    scenario: isPaced ? "flood, paced" : "flood, not paced",
    connections: stalled,
    unread: stalled * mib * MIB,
    allowed: Math.min(stalled * each, ROOM_QUEUE_BYTES),
    before,
    peak,
    after,
  });
  if (sending.closingCode !== 0) violations.push(`the reading client was closed with ${sending.closingCode}`);
  return { rows: [row], violations };
}

function messagesIn(mib: number): number {
  return Math.ceil((mib * MIB) / BODY_LENGTH);
}
