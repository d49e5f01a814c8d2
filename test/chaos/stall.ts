/** Clients that stop reading while a room goes on: flow control must disconnect them before their queues fill the memory. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ThreadEvent } from "../../src/protocol/events.ts";
import { PACED_BYTES } from "../../src/protocol/limits.ts";
import { residentBytes } from "../bench/load/process-usage.ts";
import { ChangeNotifier } from "./support/change-notifier.ts";
import { defineProgram } from "./support/program.ts";
import { Server } from "./support/server.ts";
import { signIn, type SignedInUser } from "./support/users.ts";
import { WireSocket } from "./support/wire-socket.ts";

const MIB = 1024 * 1024;
const BODY_LENGTH = 10_000;
/** As many as fit into a client's frame. */
const MESSAGES_PER_FRAME = 6;
/** Before measuring: V8 grows its heap in steps, and the last step comes only after more than the short form sends. */
const WARM_UP_MIB = 128;
/** From the end of the load to the last memory measurement, for garbage collection. */
const SETTLE_MS = 3_000;
/** The server's memory may grow by so much apart from the queues. */
const OTHER_GROWTH_MIB = 8;
/** The close code of a client that reads too slowly. */
const TOO_SLOW = 4108;

/** A client that acknowledges what it reads. */
class ReadingClient {
  readonly events: ThreadEvent[] = [];
  readonly socket: WireSocket<ThreadEvent>;
  rev = 0;
  /** The code of its `closing` event; 0 where there was none. */
  closingCode = 0;

  constructor(url: string, { token }: SignedInUser, changes: ChangeNotifier) {
    this.socket = new WireSocket<ThreadEvent>(url, token, (event) => {
      this.events.push(event);
      if (event.type === "closing") this.closingCode = event.code;
      // Too far behind for a replay: the snapshot that follows contains what was missed.
      if (event.type === "welcome" && !event.resumed) this.rev = event.thread.rev;
      if (event.type === "chat") {
        this.rev = event.rev;
        this.socket.send({ type: "got", rev: event.rev });
      }
      changes.notify();
    });
  }
}

export const stall = defineProgram({
  name: "stall",
  summary:
    "Clients stop reading while another one floods the room: they are disconnected before their queues fill the server's memory, nobody else is, and when they read again they resume and miss nothing.",
  duration: "about 30 s",
  options: {
    mib: { kind: "number", default: 64, min: 1, help: "MiB of messages sent while clients stall" },
    stalled: { kind: "number", default: 2, min: 1, help: "clients that stop reading" },
  },
  run: async ({ mib, stalled }) => {
    const server = await Server.start();
    const changes = new ChangeNotifier();
    try {
      const ids = ["sender", ...Array.from({ length: stalled }, (_client, i) => `stalled${i + 1}`)];
      const [sender, ...stalledUsers] = await signIn(server, ids);
      if (!sender) throw new Error("a room needs a sender");
      const { id, epoch } = await sender.api.createThread({ kind: "public", name: "stall" });
      const url = (cursor = "") => `${server.url}/api/threads/${id}/socket?paced${cursor}`;
      const sending = new ReadingClient(url(), sender, changes);
      const stalling = stalledUsers.map((user) => new ReadingClient(url(), user, changes));
      await changes.until(
        () => [sending, ...stalling].every(({ events }) => events.length > 0),
        "every client's welcome",
      );
      // With every client reading, until the heap is as large as such a load makes it anyway.
      await flood(sending, changes, Math.max(mib, WARM_UP_MIB) * MIB);
      const before = residentBytes(server.pid);

      for (const { socket } of stalling) socket.pause();
      const peak = await flood(sending, changes, mib * MIB, () => residentBytes(server.pid));
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
        (user, i) => new ReadingClient(url(`&cursor=${epoch}:${stalling[i]?.rev}`), user, changes),
      );
      await changes.until(
        () => resumed.every(({ rev }) => rev === sending.rev),
        "the resumed clients to catch up",
      );

      const grownMib = (peak - before) / MIB;
      const violations = [];
      // Per client: its unacknowledged bytes, twice in the runtime, and as much again for the allocator. Without flow
      // control it would be everything that is sent, per client.
      const limitMib = (stalled * 4 * PACED_BYTES) / MIB + OTHER_GROWTH_MIB;
      if (grownMib > limitMib)
        violations.push(`the server grew by ${grownMib.toFixed(1)} MiB; the limit is ${limitMib}`);
      if (sending.closingCode !== 0)
        violations.push(`the reading client was closed with ${sending.closingCode}`);
      const row = {
        "sent MiB": mib,
        stalled,
        "before MiB": Math.round(before / MIB),
        "peak MiB": Math.round(peak / MIB),
        "after MiB": Math.round(after / MIB),
        "caught up": resumed.length,
      };
      return { rows: [row], violations };
    } finally {
      await server.stop();
    }
  },
});

/** Sends so many bytes, a frame when the one before has come back; returns the highest value of `measure` meanwhile. */
async function flood(
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
