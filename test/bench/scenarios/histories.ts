/** Lilypad alone, for the others keep no history: coming back and reading in a short and in a very long one. */
import { BATCH } from "../../../src/protocol/limits.ts";
import { people } from "../../chaos/support/people.ts";
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

/** A thread with so many messages, as `person` sees it. */
interface History {
  title: string;
  messages: number;
  url: string;
  headers: Record<string, string>;
  /** A socket that comes back after `MISSED` events. */
  late: Seat;
}

/** As the tables name it. */
export function among(what: string, messages: number): string {
  return `${what}, of ${messages.toLocaleString("en")}`;
}

export const LOADS = { fill: "filled", resume: "resume of 100", page: "page of 50" };

export const histories: Scenario = {
  name: "history",
  title: "Short and long histories",
  note:
    `Coming back after ${MISSED} missed events, from connecting to having the last; a page of ${PAGE} about a random place. ` +
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
        const resumed = await reader.do("resume", {
          seats: made.map(({ late }) => late),
          events: MISSED,
          times: scale.times,
        });
        const paged = await readPages(made, scale.times);
        for (const [i, { messages }] of made.entries()) {
          tell(among(LOADS.resume, messages), { ...resumed[i] }, { round });
          tell(among(LOADS.page, messages), { ...paged[i] }, { round });
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
    const headers = { authorization: `Bearer ${writer.token}` };
    const url = server.url + path;
    const thread = (await (await fetch(url, { headers })).json()) as {
      epoch: string;
      rev: number;
      seq: number;
    };
    if (thread.seq !== messages)
      throw new Error(`${messages} messages were sent, and ${thread.seq} are there`);
    const cursor = encodeURIComponent(`${thread.epoch}:${thread.rev - MISSED}`);
    const late = seat(server, writer, `${path}/socket?cursor=${cursor}`);
    return { history: { title: String(messages), messages, url, headers, late }, messagesPerS };
  } finally {
    await generator.stop();
  }
}

/** Of each history in turn, so that what disturbs one disturbs the other. */
async function readPages(all: readonly History[], times: number) {
  const taken = all.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [which, { messages, url, headers }] of all.entries()) {
      // In the middle half.
      const around = Math.floor(messages * (0.25 + Math.random() / 2));
      const from = performance.now();
      const response = await fetch(`${url}/messages?around=${around}&limit=${PAGE}`, { headers });
      const page = (await response.json()) as { messages: { seq: number }[] };
      taken[which]?.push(performance.now() - from);
      if (page.messages.length !== PAGE || !page.messages.some(({ seq }) => seq === around))
        throw new Error(`the page about ${around} is not one`);
    }
  }
  return taken.map((values) => latencies(values));
}
