/** Rooms with more and more messages under way: deliveries, and how long the last one takes. */
import type { LoadProcess } from "../load/load-process.ts";
import type { Running } from "../systems/system.ts";
import { ERRORS, TIMES, USAGE } from "./columns.ts";
import { isChat, type Column, type Scale, type Scenario, type Stage } from "./scenario.ts";

export const WINDOWS = [1, 16, 64, 256];
/** How many of a room talk, at most; the others only listen. */
const SENDERS = 16;
export const BODY_LENGTH = 100;
/** Sockets on their way into their rooms at once. */
export const CONCURRENCY = 50;

const COLUMNS: Column[] = [{ figure: "deliveriesPerS", title: "deliveries/s" }, ...TIMES, ERRORS, ...USAGE];

/** As the tables name it. */
export function inFlight(window: number): string {
  return `${window} in flight`;
}

export function roomOf(sockets: number): Scenario {
  return {
    name: `room-${sockets}`,
    title: `One room of ${sockets.toLocaleString("en")} sockets`,
    columns: COLUMNS,
    ratio: "deliveriesPerS",
    // Behind wrangler's proxies, one room is enough of a note.
    suits: (system) => isChat(system) || (system.name === "wrangler" && sockets === 100),
    run: (stage) => loads(stage, { rooms: 1, perRoom: sockets, senders: SENDERS, windows: WINDOWS }),
  };
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
