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

/** As many as fit into a client's frame. */
const MESSAGES_PER_FRAME = 6;
/** Before measuring: V8 grows its heap in steps, and the last step comes only after more than the short form sends. */
const WARM_UP_MIB = 128;
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

/** Floods a room of `server`. The client that goes on reading must not be disconnected, and the stalled ones must. */
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
  // While they read, what they do not promise to acknowledge counts as well: they connect after the warm-up.
  await changes.until(() => sending.events.length > 0, "the sender's welcome");
  await send(sending, changes, Math.max(mib, WARM_UP_MIB) * MIB);
  const stalling = stalledUsers.map((user) => new ReadingClient(url(isPaced), user, changes));
  await changes.until(() => stalling.every(({ events }) => events.length > 1), "every client's welcome");
  const before = residentBytes(server.pid);

  for (const { socket } of stalling) socket.pause();
  const peak = await send(sending, changes, mib * MIB, () => residentBytes(server.pid));
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

/** Sends so many bytes, a frame when the one before has come back; returns the highest value of `measure` meanwhile. */
async function send(
  sending: ReadingClient,
  changes: ChangeNotifier,
  bytes: number,
  measure: () => number = () => 0,
): Promise<number> {
  const body = "x".repeat(BODY_LENGTH);
  let peak = 0;
  for (let sent = 0; sent < bytes; sent += MESSAGES_PER_FRAME * BODY_LENGTH) {
    const rev = sending.rev + MESSAGES_PER_FRAME;
    sending.socket.send(
      Array.from({ length: MESSAGES_PER_FRAME }, () => ({ type: "chat", id: crypto.randomUUID(), body })),
    );
    await changes.until(() => sending.rev >= rev || sending.closingCode !== 0, "the messages just sent");
    peak = Math.max(peak, measure());
  }
  return peak;
}
