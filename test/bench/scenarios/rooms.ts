/** Rooms with more and more messages under way: deliveries, and how long the last one takes. */
import { openFilesAllowed } from "../../chaos/storm/open-files.ts";
import type { LoadProcess } from "../load/load-process.ts";
import type { Running } from "../systems/system.ts";
import { ERRORS, TIMES, USAGE } from "./columns.ts";
import { isChat, type Column, type Scale, type Scenario, type Stage } from "./scenario.ts";

export const WINDOWS = [1, 16, 64, 256];
/** How many of a room talk, at most; the others only listen. */
export const SENDERS = 16;
export const BODY_LENGTH = 100;
/** Sockets on their way into their rooms at once. */
export const CONCURRENCY = 50;

const COLUMNS: Column[] = [{ figure: "deliveriesPerS", title: "deliveries/s" }, ...TIMES, ERRORS, ...USAGE];

/** As the tables name it. */
export function inFlight(window: number): string {
  return `${window} in flight`;
}

/** workerd opens two files for a socket, and some besides. */
const FILES_PER_SOCKET = 2;
const OTHER_FILES = 200;
/** From here on one message takes so long to tell that a load must be watched for longer. */
const LARGE = 10_000;
const LARGE_TAKES = 3;

/** A room of so many sockets, or of as many as this machine lets a server have. */
export function roomOf(wanted: number): Scenario {
  const allowed = openFilesAllowed();
  const most = Math.floor((allowed - OTHER_FILES) / FILES_PER_SOCKET / 100) * 100;
  const sockets = Math.min(wanted, most);
  const isLarge = wanted >= LARGE;
  const notes = [
    isLarge ? "Without Flask-SocketIO, which closes sockets here from 64 messages in flight on." : "",
    sockets < wanted
      ? `Not ${count(wanted)}: workerd opens two files for a socket, and this shell allows ${count(allowed)} (ulimit -n).`
      : "",
  ];
  return {
    name: `room-${wanted}`,
    title: `One room of ${count(sockets)} sockets`,
    note: notes.filter((note) => note !== "").join(" "),
    columns: COLUMNS,
    ratio: "deliveriesPerS",
    suits: (system) => {
      // Behind wrangler's proxies, one room is enough of a note.
      if (system.name === "wrangler") return wanted === 100;
      return isChat(system) && !(isLarge && system.name === "flask");
    },
    run: (stage) => {
      const times = isLarge ? LARGE_TAKES : 1;
      const { warmMs, measureMs } = stage.scale;
      const scale = { ...stage.scale, warmMs: warmMs * times, measureMs: measureMs * times };
      return loads({ ...stage, scale }, { rooms: 1, perRoom: sockets, senders: SENDERS, windows: WINDOWS });
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
  note: "Messages in flight are those of all rooms together; everybody talks.",
  columns: COLUMNS,
  ratio: "deliveriesPerS",
  suits: isChat,
  run: (stage) => loads(stage, { rooms: ROOMS, perRoom: PER_ROOM, senders: PER_ROOM, windows: [16, 256] }),
};

/** Sockets of the room into which messages come as fast as it takes them. */
const FEW = 8;

export const incoming: Scenario = {
  name: "incoming",
  title: "Incoming messages of one room",
  note:
    `${FEW} sockets, all of them talking, a command a frame: so few that taking messages in is the work, and not telling them. ` +
    "What commits each message by itself is Socket.IO with SQLite: the same disk, the same load.",
  columns: [{ figure: "messagesPerS", title: "messages/s" }, ...TIMES, ERRORS, ...USAGE],
  ratio: "messagesPerS",
  suits: isChat,
  run: (stage) => loads(stage, { rooms: 1, perRoom: FEW, senders: FEW, windows: [64, 512] }),
};

async function loads(
  { running, generator, scale, tell }: Stage,
  {
    rooms,
    perRoom,
    senders,
    windows,
  }: { rooms: number; perRoom: number; senders: number; windows: number[] },
): Promise<void> {
  await generator.do("open", { seats: await running.seats(rooms, perRoom), concurrency: CONCURRENCY });
  for (const window of windows) {
    const { complaints, ...figures } = await load(generator, running, scale, { rooms, window, senders });
    tell(inFlight(window), figures, { complaints });
  }
}

function load(
  generator: LoadProcess,
  { pid }: Running,
  { warmMs, measureMs }: Scale,
  loaded: { rooms: number; window: number; senders: number },
) {
  return generator.do("load", { ...loaded, bodyLength: BODY_LENGTH, warmMs, measureMs, pid });
}
