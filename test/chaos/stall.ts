/**
 * A reader that stops reading while a room goes on: it must be let go before what waits for it fills the server's memory,
 * nobody else may be, and when it reads again it is told so, comes back and has missed nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ThreadEvent } from "../../src/protocol/events.ts";
import { PACED_BYTES } from "../../src/protocol/limits.ts";
import { residentBytes } from "../bench/load/process-usage.ts";
import { people, type Person } from "./support/people.ts";
import { script } from "./support/script.ts";
import { Server } from "./support/server.ts";
import { WireSocket } from "./support/socket.ts";

const MIB = 1024 * 1024;
const BODY_LENGTH = 10_000;
/** As many as a client's frame holds. */
const PER_FRAME = 6;
/** V8 enlarges its heap in steps, the last of which comes only after more than the short form says. */
const WARM_MIB = 128;
/** Garbage is collected when it likes; so long after the flood its memory is looked at. */
const SETTLE_MS = 3_000;
const PATIENCE_MS = 60_000;

/** One reader and what was heard. */
class Reader {
  readonly events: ThreadEvent[] = [];
  readonly socket: WireSocket<ThreadEvent>;
  rev = 0;
  closingCode = 0;

  constructor(url: string, { token }: Person, saysGot: boolean) {
    this.socket = new WireSocket<ThreadEvent>(url, token, (event) => {
      this.events.push(event);
      if (event.type === "closing") this.closingCode = event.code;
      // Too far behind for a replay: the snapshot that follows has it.
      if (event.type === "welcome" && !event.resumed) this.rev = event.thread.rev;
      if (event.type !== "chat") return;
      this.rev = event.rev;
      if (saysGot) this.socket.send({ type: "got", rev: event.rev });
    });
  }
}

// `mib`: how much is said in all.
await script("chaos:stall", { mib: 64, stalled: 2 }, async ({ mib, stalled }) => {
  const server = await Server.start();
  try {
    const names = ["speaker", ...Array.from({ length: stalled }, (_reader, i) => `stalled${i + 1}`)];
    const [speaker, ...sleepers] = await people(server, names);
    if (!speaker) throw new Error("nobody to speak");
    const { id, epoch } = await speaker.api.createThread({ kind: "public", name: "stall" });
    const url = (cursor = "") => `${server.url}/api/threads/${id}/socket?paced${cursor}`;
    const speaking = new Reader(url(), speaker, true);
    const stalling = sleepers.map((person) => new Reader(url(), person, true));
    await until(() => [speaking, ...stalling].every(({ events }) => events.length > 0), "everybody is there");
    // With everybody reading, until the heap has grown to all that such a flood takes by itself.
    await flood(speaking, Math.max(mib, WARM_MIB) * MIB);
    const before = residentBytes(server.pid);

    for (const { socket } of stalling) socket.stall();
    const peak = await flood(speaking, mib * MIB, () => residentBytes(server.pid));
    const left = () => speaking.events.filter(({ type }) => type === "leave").length;
    await until(() => left() === stalled, "the stalled readers are let go");
    await sleep(SETTLE_MS);
    const after = residentBytes(server.pid);

    for (const { socket } of stalling) socket.resume();
    await until(() => stalling.every(({ closingCode }) => closingCode === 4108), "they are told why");
    const back = stalling.map((reader, i) => {
      const person = sleepers[i];
      if (!person) throw new Error("nobody to come back");
      return new Reader(url(`&cursor=${epoch}:${reader.rev}`), person, true);
    });
    await until(() => back.every(({ rev }) => rev === speaking.rev), "they have what they missed");

    const grown = (peak - before) / MIB;
    const violations = [];
    // Each may have so much on its way, twice over in the runtime, and as much again is left to the allocator, besides
    // what comes and goes anyway. Unbounded it would be all that is said, for each.
    const most = (stalled * 4 * PACED_BYTES) / MIB + 8;
    if (grown > most)
      violations.push(`the server grew by ${grown.toFixed(1)} MiB, and not by ${most} at most`);
    if (speaking.closingCode !== 0)
      violations.push(`the one who reads was closed with ${speaking.closingCode}`);
    const row = {
      "said MiB": mib,
      stalled,
      "before MiB": Math.round(before / MIB),
      "peak MiB": Math.round(peak / MIB),
      "after MiB": Math.round(after / MIB),
      "caught up": back.length,
    };
    return { rows: [row], violations };
  } finally {
    await server.stop();
  }
});

/** Says so much, each frame once the one before is there; returns the most that `measure` ever saw. */
async function flood(speaking: Reader, bytes: number, measure: () => number = () => 0): Promise<number> {
  const body = "x".repeat(BODY_LENGTH);
  let peak = 0;
  for (let said = 0; said < bytes; said += PER_FRAME * BODY_LENGTH) {
    const rev = speaking.rev + PER_FRAME;
    speaking.socket.send(
      Array.from({ length: PER_FRAME }, () => ({ type: "chat", id: crypto.randomUUID(), body })),
    );
    await until(() => speaking.rev >= rev || speaking.closingCode !== 0, "what was said is there");
    peak = Math.max(peak, measure());
  }
  return peak;
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(1);
  }
}
