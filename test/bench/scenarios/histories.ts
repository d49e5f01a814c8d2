/** Opening, resuming and reading in a short and in a very long history. Lilypad alone: the other servers keep none. */
import { BATCH } from "../../../src/protocol/limits.ts";
import { signIn, type SignedInUser } from "../../chaos/support/users.ts";
import type { SocketTarget } from "../load/connections.ts";
import { latencies } from "../load/latencies.ts";
import { LoadProcess } from "../load/load-process.ts";
import { requireLilypad, lilypadTarget, type RunningLilypad } from "../systems/lilypad.ts";
import { TIMES } from "./columns.ts";
import { MESSAGE_LENGTH } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const SHORT = 1_000;
const MISSED = 100;
const PAGE = 50;
const FRAMES_IN_FLIGHT = 8;

/** A thread with so many messages, and one of its members. */
interface History {
  server: RunningLilypad["server"];
  path: string;
  person: SignedInUser;
  messages: number;
}

/** Its name in the tables. */
export function inHistoryOf(what: string, messages: number): string {
  return `${what}, of ${messages.toLocaleString("en")}`;
}

export const LOADS = {
  fill: "filled",
  open: "opening",
  resume: "resume of 100",
  page: "page of 50",
  send: "sending one",
};
/** Loads that must take as long in a long history as in a short one. */
export const FLAT_LOADS = [LOADS.open, LOADS.resume, LOADS.page, LOADS.send];

export const histories: Scenario = {
  name: "history",
  title: "Short and long histories",
  note:
    `Opening: from connecting to having the newest ${PAGE}. Resuming: to having the last of ${MISSED} missed messages. ` +
    `A page of ${PAGE} around a random message. Sending one message over HTTP, until it is acknowledged. ` +
    `The histories were sent through a socket, ${BATCH} messages per frame.`,
  columns: [...TIMES, { figure: "messagesPerS", title: "messages/s" }],
  isOnce: true,
  supports: ({ name }) => name === "lilypad",
  run: async ({ running, scale, rounds, report }) => {
    const lilypad = requireLilypad(running);
    const sizes = [SHORT, scale.history];
    const made: History[] = [];
    for (const messages of sizes) {
      const { history, messagesPerS } = await makeHistory(lilypad, messages);
      made.push(history);
      report(inHistoryOf(LOADS.fill, messages), { messagesPerS });
    }
    const reader = new LoadProcess();
    try {
      for (let round = 1; round <= rounds; round++) {
        const { times } = scale;
        const targets = { new: made.map(newClient), late: await Promise.all(made.map(resumingClient)) };
        const taken = {
          [LOADS.open]: await reader.run("resume", { targets: targets.new, messages: PAGE, times }),
          [LOADS.resume]: await reader.run("resume", { targets: targets.late, messages: MISSED, times }),
          [LOADS.page]: await inTurn(made, times, readPage),
          [LOADS.send]: await inTurn(made, times, sendOne),
        };
        for (const [what, figures] of Object.entries(taken)) {
          for (const [i, { messages }] of made.entries())
            report(inHistoryOf(what, messages), { ...figures[i] }, { round });
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
  const [writer] = await signIn(server, [`writer${messages}`]);
  if (!writer) throw new Error("a history needs a writer");
  const { id } = await writer.api.createThread({ kind: "public", name: "history" });
  const path = `/api/threads/${id}`;
  const generator = new LoadProcess();
  try {
    await generator.run("open", {
      targets: [lilypadTarget(server, writer, `${path}/socket`)],
      concurrency: 1,
    });
    const { messagesPerS } = await generator.run("fill", {
      messages,
      perFrame: BATCH,
      framesInFlight: FRAMES_IN_FLIGHT,
      bodyLength: MESSAGE_LENGTH,
    });
    const history = { server, path, person: writer, messages };
    const { seq } = await threadOf(history);
    if (seq !== messages) throw new Error(`${messages} messages were sent, ${seq} are stored`);
    return { history, messagesPerS };
  } finally {
    await generator.stop();
  }
}

async function threadOf({ server, path, person }: History) {
  const response = await fetch(server.url + path, { headers: headersOf(person) });
  return (await response.json()) as { epoch: string; rev: number; seq: number };
}

function headersOf({ token }: SignedInUser) {
  return { authorization: `Bearer ${token}`, "content-type": "application/json" };
}

function newClient({ server, person, path }: History): SocketTarget {
  return lilypadTarget(server, person, `${path}/socket`);
}

/** A client that resumes after `MISSED` messages. */
async function resumingClient(history: History): Promise<SocketTarget> {
  const { epoch, rev } = await threadOf(history);
  const cursor = encodeURIComponent(`${epoch}:${rev - MISSED}`);
  return lilypadTarget(history.server, history.person, `${history.path}/socket?cursor=${cursor}`);
}

/** Times an action in each history in turn, so that a disturbance affects all alike. */
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
    throw new Error(`the page around ${around} is incomplete`);
}

async function sendOne({ server, path, person }: History): Promise<void> {
  const body = JSON.stringify({ body: "x".repeat(MESSAGE_LENGTH) });
  const request = { method: "POST", headers: headersOf(person), body };
  const response = await fetch(`${server.url + path}/messages`, request);
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a message was answered ${response.status}`);
}
