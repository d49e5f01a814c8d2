/** LoadConnections per second, and memory per idle socket. */
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytes } from "../load/process-usage.ts";
import { ERRORS, TIMES } from "./columns.ts";
import { CONCURRENCY } from "./rooms.ts";
import { isChat, type Scenario } from "./scenario.ts";

/** Its loads, in the tables. */
export const FIRST_VISIT = "first visit";
export const RECONNECTING = "reconnecting, all at once";

const PER_ROOM = 100;
const KIB = 1024;

export const connecting: Scenario = {
  name: "connect",
  title: "Connecting",
  note:
    `Rooms of ${PER_ROOM} fill up, ${CONCURRENCY} sockets connecting at a time; timed from connecting to being in the room. ` +
    "Lilypad verifies a signature, adds a member at their first visit, broadcasts the join, and sends who is online and the newest messages; the others accept anyone.",
  columns: [{ figure: "perS", title: "sockets/s" }, ...TIMES],
  ratio: "perS",
  supports: isChat,
  run: async ({ running, generator, scale, report }) => {
    const targets = await running.targets(scale.connections / PER_ROOM, PER_ROOM);
    report(FIRST_VISIT, { ...(await generator.run("open", { targets, concurrency: CONCURRENCY })) });
    await generator.run("drop", {});
    report(RECONNECTING, {
      ...(await generator.run("open", { targets, concurrency: CONCURRENCY })),
    });
  },
};

export const idle: Scenario = {
  name: "idle",
  title: "Memory of an idle socket",
  note: "The growth of the server's process by sockets in one room, measured when they have been idle for a while.",
  columns: [
    { figure: "kibPerSocket", title: "KiB per socket" },
    { figure: "sockets", title: "sockets" },
    { figure: "mibBefore", title: "MiB before" },
    { figure: "mibAfter", title: "MiB with all" },
    ERRORS,
  ],
  supports: isChat,
  run: async ({ running, generator, scale, report }) => {
    const sockets = scale.idleSockets;
    const targets = await running.targets(1, sockets);
    // So that what a server loads for its first socket is not counted.
    await generator.run("open", { targets: targets.slice(0, 1), concurrency: 1 });
    await sleep(scale.settleMs);
    const before = residentBytes(running.pid);
    await generator.run("open", { targets: targets.slice(1), concurrency: CONCURRENCY });
    await sleep(scale.settleMs);
    const after = residentBytes(running.pid);
    report("", {
      kibPerSocket: (after - before) / (sockets - 1) / KIB,
      sockets,
      mibBefore: before / KIB / KIB,
      mibAfter: after / KIB / KIB,
      errors: 0,
    });
  },
};
