/** Lilypad alone, for the others keep no history: coming back and reading in a short and in a very long one. */
import { BATCH } from "../../../src/protocol/limits.ts";
import { people, type Person } from "../../chaos/support/people.ts";
import type { Seat } from "../load/crowd.ts";
import { latencies } from "../load/latencies.ts";
import { LoadProcess } from "../load/load-process.ts";
import { requireLilypad, seat, type RunningLilypad } from "../systems/lilypad.ts";
import { TIMES } from "./columns.ts";
import { BODY_LENGTH } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const SHORT = 1_000;
const MISSED = 100;
const PAGE = 50;
const FRAMES_UNDER_WAY = 8;

/** A thread with so many messages, as one of its members sees it. */
interface History {
  server: RunningLilypad["server"];
  path: string;
  person: Person;
  messages: number;
}

/** As the tables name it. */
export function among(what: string, messages: number): string {
  return `${what}, of ${messages.toLocaleString("en")}`;
}

export const LOADS = {
  fill: "filled",
  open: "opening",
  resume: "resume of 100",
  page: "page of 50",
  send: "sending one",
};
/** What is to take as long in a long history as in a short one. */
export const FLAT = [LOADS.open, LOADS.resume, LOADS.page, LOADS.send];

export const histories: Scenario = {
  name: "history",
  title: "Short and long histories",
  note:
    `Coming in, from connecting to having the newest ${PAGE}; coming back after ${MISSED} missed messages, to having the last; ` +
    `a page of ${PAGE} about a random place; one message over HTTP, until it is acknowledged. ` +
    `The histories were sent through a socket, ${BATCH} messages a frame. The others keep none.`,
  columns: [...TIMES, { figure: "messagesPerS", title: "messages/s" }],
  isOnce: true,
  suits: ({ name }) => name === "lilypad",
  run: async ({ running, scale, rounds, tell }) => {
    const lilypad = requireLilypad(running);
    const sizes = [SHORT, scale.history];
    const made: History[] = [];
    for (const messages of sizes) {
      const { history, messagesPerS } = await makeHistory(lilypad, messages);
      made.push(history);
      tell(among(LOADS.fill, messages), { messagesPerS });
    }
    const reader = new LoadProcess();
    try {
      for (let round = 1; round <= rounds; round++) {
        const { times } = scale;
        const seats = { new: made.map(newcomer), late: await Promise.all(made.map(latecomer)) };
        const taken = {
          [LOADS.open]: await reader.do("resume", { seats: seats.new, messages: PAGE, times }),
          [LOADS.resume]: await reader.do("resume", { seats: seats.late, messages: MISSED, times }),
          [LOADS.page]: await inTurn(made, times, readPage),
          [LOADS.send]: await inTurn(made, times, sendOne),
        };
        for (const [what, figures] of Object.entries(taken)) {
          for (const [i, { messages }] of made.entries())
            tell(among(what, messages), { ...figures[i] }, { round });
        }
      }
    } finally {
      await reader.stop();
    }
  },
};

async function makeHistory(
  { server }: RunningLilypad,
  messages: number,
): Promise<{ history: History; messagesPerS: number }> {
  const [writer] = await people(server, [`writer${messages}`]);
  if (!writer) throw new Error("nobody to write a history");
  const { id } = await writer.api.createThread({ kind: "public", name: "history" });
  const path = `/api/threads/${id}`;
  const generator = new LoadProcess();
  try {
    await generator.do("open", { seats: [seat(server, writer, `${path}/socket`)], concurrency: 1 });
    const { messagesPerS } = await generator.do("fill", {
      messages,
      perFrame: BATCH,
      framesUnderWay: FRAMES_UNDER_WAY,
      bodyLength: BODY_LENGTH,
    });
    const history = { server, path, person: writer, messages };
    const { seq } = await threadOf(history);
    if (seq !== messages) throw new Error(`${messages} messages were sent, and ${seq} are there`);
    return { history, messagesPerS };
  } finally {
    await generator.stop();
  }
}

async function threadOf({ server, path, person }: History) {
  const response = await fetch(server.url + path, { headers: headersOf(person) });
  return (await response.json()) as { epoch: string; rev: number; seq: number };
}

function headersOf({ token }: Person) {
  return { authorization: `Bearer ${token}`, "content-type": "application/json" };
}

function newcomer({ server, person, path }: History): Seat {
  return seat(server, person, `${path}/socket`);
}

/** One who comes back after `MISSED` messages. */
async function latecomer(history: History): Promise<Seat> {
  const { epoch, rev } = await threadOf(history);
  const cursor = encodeURIComponent(`${epoch}:${rev - MISSED}`);
  return seat(history.server, history.person, `${history.path}/socket?cursor=${cursor}`);
}

/** Times something in each history in turn, so that what disturbs one disturbs the other. */
async function inTurn(all: readonly History[], times: number, act: (history: History) => Promise<void>) {
  const taken = all.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [which, history] of all.entries()) {
      const from = performance.now();
      await act(history);
      taken[which]?.push(performance.now() - from);
    }
  }
  return taken.map((values) => latencies(values));
}

async function readPage({ server, path, person, messages }: History): Promise<void> {
  // In the middle half.
  const around = Math.floor(messages * (0.25 + Math.random() / 2));
  const query = `/messages?around=${around}&limit=${PAGE}`;
  const response = await fetch(server.url + path + query, { headers: headersOf(person) });
  const page = (await response.json()) as { messages: { seq: number }[] };
  if (page.messages.length !== PAGE || !page.messages.some(({ seq }) => seq === around))
    throw new Error(`the page about ${around} is not one`);
}

async function sendOne({ server, path, person }: History): Promise<void> {
  const body = JSON.stringify({ body: "x".repeat(BODY_LENGTH) });
  const request = { method: "POST", headers: headersOf(person), body };
  const response = await fetch(`${server.url + path}/messages`, request);
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a message was answered ${response.status}`);
}
