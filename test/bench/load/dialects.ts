/** The languages that the compared servers speak: what is sent to say something, and what their frames mean. */

import { PING, PONG } from "../../../src/protocol/subprotocol.ts";

/** What a frame that carries no message of the run means to the generator. */
export interface Meaning {
  /** The socket is in its room. */
  ready?: boolean;
  /** To be sent back at once. */
  reply?: string;
  /** The numbers of sent messages that this acknowledges. */
  acks?: number[];
  /** Something was refused. */
  error?: string;
}

export interface Dialect {
  /** What a client sends every 30 s or more often, so as not to count as vanished; undefined where it need not. */
  ping?: string;
  hear(text: string): Meaning;
  /** What a client says after each `GOT_EVERY_BYTES` of frames, the last of which this is; undefined where it need not. */
  got?(bytes: Buffer, start: number, end: number): string | undefined;
  /** A frame that says something. The server is asked to acknowledge it where `wantsAck`; Lilypad always does. */
  chat(message: { run: string; n: number; body: string; wantsAck: boolean }): string;
  /** The bodies of the messages in a frame, parsed in full. */
  bodies(text: string): string[];
}

export type DialectName = keyof typeof DIALECTS;

interface JsonEvent {
  type: string;
  id?: string;
  code?: string | number;
  message?: unknown;
}

/** Ids are of the run, so that no server takes a message for one of a run before. */
function idOf(run: string, n: number): string {
  return `${run}.${n}`;
}

function numberOf(id = ""): number {
  return Number(id.slice(id.indexOf(".") + 1));
}

function bodyOf(message: unknown): string {
  return (message as { body: string }).body;
}

const REV = Buffer.from('"rev":');

/** Lilypad's contract: every frame an array of events. */
const lilypad: Dialect = {
  ping: PING,
  hear: (text) => {
    if (text === PONG) return {};
    const events = JSON.parse(text) as JsonEvent[];
    const bad = events.find(({ type }) => type === "error" || type === "closing");
    return {
      ready: events.some(({ type }) => type === "welcome"),
      acks: events.flatMap(({ type, id }) => (type === "ack" ? [numberOf(id)] : [])),
      ...(bad && { error: JSON.stringify(bad) }),
    };
  },
  got: (bytes, start, end) => {
    const last = bytes.subarray(start, end).lastIndexOf(REV);
    const digits = start + last + REV.length;
    return last < 0
      ? undefined
      : `{"type":"got","rev":${parseInt(bytes.toString("latin1", digits, digits + 15), 10)}}`;
  },
  chat: ({ run, n, body }) => JSON.stringify({ type: "chat", id: idOf(run, n), body }),
  bodies: (text) =>
    (JSON.parse(text) as JsonEvent[]).flatMap(({ type, message }) =>
      type === "chat" ? [bodyOf(message)] : [],
    ),
};

/** The bare servers of the benchmark: one event a frame, otherwise as Lilypad's. */
const plain: Dialect = {
  hear: (text) => {
    const event = JSON.parse(text) as JsonEvent;
    return {
      ready: event.type === "welcome",
      acks: event.type === "ack" ? [numberOf(event.id)] : [],
      ...(event.type === "error" && { error: text }),
    };
  },
  chat: ({ run, n, body, wantsAck }) =>
    JSON.stringify({ type: "chat", id: idOf(run, n), body, ...(wantsAck && { ack: true }) }),
  bodies: (text) => [bodyOf((JSON.parse(text) as JsonEvent).message)],
};

/** Engine.IO 4 and Socket.IO 5, over WebSocket alone (socket.io/docs/v4/engine-io-protocol). */
const socketIo: Dialect = {
  hear: (text) => {
    if (text.startsWith("0{")) return { reply: "40" };
    if (text === "2") return { reply: "3" };
    const id = /^43(\d+)\[/.exec(text)?.[1];
    if (id !== undefined) return { acks: [Number(id)] };
    if (text.startsWith("44") || text === "41" || text === "1") return { error: text };
    return { ready: text.startsWith('42["welcome"') };
  },
  chat: ({ run, n, body, wantsAck }) =>
    `42${wantsAck ? n : ""}${JSON.stringify(["chat", { id: idOf(run, n), body }])}`,
  bodies: (text) => {
    const [, message] = JSON.parse(text.slice(2)) as [string, unknown];
    return [bodyOf(message)];
  },
};

export const DIALECTS = { lilypad, plain, socketIo } satisfies Record<string, Dialect>;
