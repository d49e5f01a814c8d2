/** Coming in, and what it weighs to be there: connections a second, and memory per idle socket. */
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytes } from "../load/process-usage.ts";
import { ERRORS, TIMES } from "./columns.ts";
import { CONCURRENCY } from "./rooms.ts";
import { isChat, type Scenario } from "./scenario.ts";

const PER_ROOM = 100;
const KIB = 1024;

export const connecting: Scenario = {
  name: "connect",
  title: "Connecting",
  note:
    `Rooms of ${PER_ROOM} fill up, ${CONCURRENCY} sockets on their way at a time; from connecting to being in the room. ` +
    "Lilypad checks a signature, makes a member of who comes for the first time, tells the others and sends who is there and the newest messages; the others let in anyone.",
  columns: [{ figure: "perS", title: "sockets/s" }, ...TIMES],
  ratio: "perS",
  suits: isChat,
  run: async ({ running, generator, scale, tell }) => {
    const seats = await running.seats(scale.connections / PER_ROOM, PER_ROOM);
    tell("for the first time", { ...(await generator.do("open", { seats, concurrency: CONCURRENCY })) });
    await generator.do("cut", {});
    tell("again, all cut off at once", {
      ...(await generator.do("open", { seats, concurrency: CONCURRENCY })),
    });
  },
};

export const idle: Scenario = {
  name: "idle",
  title: "Memory of an idle socket",
  note: "What the server's process grew by with all sockets open in one room, once they were left alone.",
  columns: [
    { figure: "kibPerSocket", title: "KiB a socket" },
    { figure: "sockets", title: "sockets" },
    { figure: "mibBefore", title: "MiB before" },
    { figure: "mibAfter", title: "MiB with all" },
    ERRORS,
  ],
  suits: isChat,
  run: async ({ running, generator, scale, tell }) => {
    const sockets = scale.idleSockets;
    const seats = await running.seats(1, sockets);
    // So that what a first visitor makes a server load is not counted as the sockets'.
    await generator.do("open", { seats: seats.slice(0, 1), concurrency: 1 });
    await sleep(scale.settleMs);
    const before = residentBytes(running.pid);
    await generator.do("open", { seats: seats.slice(1), concurrency: CONCURRENCY });
    await sleep(scale.settleMs);
    const after = residentBytes(running.pid);
    tell("", {
      kibPerSocket: (after - before) / (sockets - 1) / KIB,
      sockets,
      mibBefore: before / KIB / KIB,
      mibAfter: after / KIB / KIB,
      errors: 0,
    });
  },
};
