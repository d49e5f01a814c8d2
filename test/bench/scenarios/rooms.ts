/** Rooms with more and more messages in flight: deliveries per second, and the time to the last one. */
import { openFilesAllowed } from "../../chaos/storm/open-files.ts";
import type { LoadProcess } from "../load/load-process.ts";
import type { RunningServer } from "../systems/chat-server.ts";
import { ERRORS, TIMES, CPU_USAGE } from "./columns.ts";
import { isChat, type Column, type Scale, type Scenario, type ScenarioRun } from "./scenario.ts";

export const WINDOWS = [1, 16, 64, 256];
/** Sockets of a room that send, at most; the others only receive. */
export const SENDERS = 16;
export const MESSAGE_LENGTH = 100;
/** Sockets that connect at the same time. */
export const CONCURRENCY = 50;

const COLUMNS: Column[] = [
  { figure: "deliveriesPerS", title: "deliveries/s" },
  ...TIMES,
  ERRORS,
  ...CPU_USAGE,
];

/** Its name in the tables. */
export function inFlight(window: number): string {
  return `${window} in flight`;
}

/** workerd opens two files per socket, and some others. */
const FILES_PER_SOCKET = 2;
const OTHER_FILES = 200;
/** From this size on, broadcasting one message takes so long that a load is measured for longer, by this factor. */
const LARGE = 10_000;
const LARGE_DURATION_FACTOR = 3;

/** A room of so many sockets, or of as many as the open-file limit allows. */
export function roomOf(wanted: number): Scenario {
  const allowed = openFilesAllowed();
  const most = Math.floor((allowed - OTHER_FILES) / FILES_PER_SOCKET / 100) * 100;
  const sockets = Math.min(wanted, most);
  const isLarge = wanted >= LARGE;
  const notes = [
    isLarge ? "Without Flask-SocketIO, which closes sockets from 64 messages in flight on." : "",
    sockets < wanted
      ? `Not ${count(wanted)}: workerd opens two files per socket, and this shell allows ${count(allowed)} (ulimit -n).`
      : "",
  ];
  return {
    name: `room-${wanted}`,
    title: `One room of ${count(sockets)} sockets`,
    note: notes.filter((note) => note !== "").join(" "),
    columns: COLUMNS,
    ratio: "deliveriesPerS",
    supports: (system) => {
      // Behind wrangler's proxies: one room is enough for an impression.
      if (system.name === "wrangler") return wanted === 100;
      return isChat(system) && !(isLarge && system.name === "flask");
    },
    run: (run) => {
      const times = isLarge ? LARGE_DURATION_FACTOR : 1;
      const { warmMs, measureMs } = run.scale;
      const scale = { ...run.scale, warmMs: warmMs * times, measureMs: measureMs * times };
      return loads({ ...run, scale }, { rooms: 1, perRoom: sockets, senders: SENDERS, windows: WINDOWS });
    },
  };
}

function count(value: number): string {
  return value.toLocaleString("en");
}

const ROOMS = 500;
const PER_ROOM = 4;

export const smallRooms: Scenario = {
  name: "rooms",
  title: `${ROOMS} rooms of ${PER_ROOM}`,
  note: "Messages in flight are counted over all rooms; every socket sends.",
  columns: COLUMNS,
  ratio: "deliveriesPerS",
  // The same users are in all rooms, and nobody has so many sessions by Socket.IO.
  supports: (system) => isChat(system) && system.name !== "lilypad-socketio",
  run: (run) => loads(run, { rooms: ROOMS, perRoom: PER_ROOM, senders: PER_ROOM, windows: [16, 256] }),
};

/** Sockets of the room that measures incoming messages. */
const FEW = 8;

export const incoming: Scenario = {
  name: "incoming",
  title: "Incoming messages of one room",
  note:
    `${FEW} sockets, all of them sending, one command per frame: so few that accepting messages is the work, not broadcasting them. ` +
    "Socket.IO with SQLite commits each message by itself, on the same disk under the same load.",
  columns: [{ figure: "messagesPerS", title: "messages/s" }, ...TIMES, ERRORS, ...CPU_USAGE],
  ratio: "messagesPerS",
  supports: isChat,
  run: (run) => loads(run, { rooms: 1, perRoom: FEW, senders: FEW, windows: [64, 512] }),
};

async function loads(
  { running, generator, scale, report }: ScenarioRun,
  {
    rooms,
    perRoom,
    senders,
    windows,
  }: { rooms: number; perRoom: number; senders: number; windows: number[] },
): Promise<void> {
  await generator.run("open", { targets: await running.targets(rooms, perRoom), concurrency: CONCURRENCY });
  for (const window of windows) {
    const { errorDetails, ...figures } = await load(generator, running, scale, { rooms, window, senders });
    report(inFlight(window), figures, { errorDetails });
  }
}

function load(
  generator: LoadProcess,
  { pid }: RunningServer,
  { warmMs, measureMs }: Scale,
  loaded: { rooms: number; window: number; senders: number },
) {
  return generator.run("load", { ...loaded, bodyLength: MESSAGE_LENGTH, warmMs, measureMs, pid });
}
