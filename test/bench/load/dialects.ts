/** The protocols of the compared servers: the frames to send, and what received frames mean. */
import { PING, PONG } from "../../../src/protocol/subprotocol.ts";

/** What a frame without messages of the run means to the load generator. */
export interface Meaning {
  /** The socket has joined its room. */
  ready?: boolean;
  /** A frame to send back at once. */
  reply?: string;
  /** The numbers of the messages that it acknowledges. */
  acks?: number[];
  /** An error of the server. */
  error?: string;
}

export interface Dialect {
  /** The heartbeat that a client sends at least every 30 s; undefined where there is none. */
  ping?: string;
  interpret(text: string): Meaning;
  /** The client acknowledgement to send after each `GOT_EVERY_BYTES`, of which this frame is the last; undefined where there is none. */
  acknowledge?(bytes: Buffer, start: number, end: number): string | undefined;
  /** A frame that sends a message. With `wantsAck` it asks for an acknowledgement; Lilypad always sends one. */
  chat(message: { run: string; n: number; body: string; wantsAck: boolean }): string;
  /** Where the part of a frame ends that has each of its messages once; the frame's end where this is undefined. */
  endOfMessages?(bytes: Buffer, start: number, end: number): number;
  /** The bodies of a frame's messages, by parsing it in full. */
  bodies(text: string): string[];
}

export type DialectName = keyof typeof DIALECTS | "lilypadSocketIo";

interface JsonEvent {
  type: string;
  id?: string;
  code?: string | number;
  message?: unknown;
}

/** Ids contain the run, so that no message is taken for the retry of one of an earlier run. */
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

/** Lilypad: every frame is an array of events. */
const lilypad: Dialect = {
  ping: PING,
  interpret: (text) => {
    if (text === PONG) return {};
    const events = JSON.parse(text) as JsonEvent[];
    const bad = events.find(({ type }) => type === "error" || type === "closing");
    return {
      ready: events.some(({ type }) => type === "welcome"),
      acks: events.flatMap(({ type, id }) => (type === "ack" ? [numberOf(id)] : [])),
      ...(bad && { error: JSON.stringify(bad) }),
    };
  },
  acknowledge: (bytes, start, end) => {
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

/** The bare servers of the benchmark: one event per frame, otherwise as Lilypad. */
const plain: Dialect = {
  interpret: (text) => {
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

/** Engine.IO 4 and Socket.IO 5, over WebSocket only (socket.io/docs/v4/engine-io-protocol). */
const socketIo: Dialect = {
  interpret: (text) => {
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

const CHAT = Buffer.from('42["chat",');
/** A message has its body twice: before this, and after it. */
const CONTENT = Buffer.from('"content":');

/** The same at Lilypad, whose rooms are joined by an event. */
function lilypadSocketIo(room: string): Dialect {
  return {
    interpret: (text) => {
      if (text.startsWith("40{")) return { reply: `42${JSON.stringify(["join", { room }])}` };
      if (text.startsWith('42["error"')) return { error: text };
      const [, id, answer] = /^43(\d+)(\[.*)$/s.exec(text) ?? [];
      if (id === undefined) return { ...socketIo.interpret(text), ready: text.startsWith('42["joined"') };
      return answer?.startsWith('[{"ok":true') ? { acks: [Number(id)] } : { error: text };
    },
    endOfMessages: (bytes, start, end) => {
      if (bytes.compare(CHAT, 0, CHAT.length, start, start + CHAT.length) !== 0) return start;
      const content = bytes.indexOf(CONTENT, start);
      return content < 0 ? end : Math.min(content, end);
    },
    chat: ({ run, n, body, wantsAck }) =>
      `42${wantsAck ? n : ""}${JSON.stringify(["chat", { room, clientId: idOf(run, n), body }])}`,
    bodies: socketIo.bodies,
  };
}

const DIALECTS = { lilypad, plain, socketIo } satisfies Record<string, Dialect>;

const byRoom = new Map<string, Dialect>();

/** What is spoken at this target. */
export function dialectFor({ dialect, room = "" }: { dialect: DialectName; room?: string }): Dialect {
  if (dialect !== "lilypadSocketIo") return DIALECTS[dialect];
  const known = byRoom.get(room) ?? lilypadSocketIo(room);
  byRoom.set(room, known);
  return known;
}
