/** Socket.IO 5 packets as text (Socket.IO protocol, "Packet encoding"). Binary attachments follow as messages of their own. */
import { z } from "zod";

export const TYPE = {
  connect: 0,
  disconnect: 1,
  event: 2,
  ack: 3,
  connectError: 4,
  binaryEvent: 5,
  binaryAck: 6,
} as const;

/** The one namespace that is always there. */
export const MAIN = "/";

export interface SocketIoPacket {
  type: number;
  namespace: string;
  /** Of an event that asks for an acknowledgement, and of the acknowledgement. */
  id?: number | undefined;
  data?: unknown;
  /** How many binary attachments follow. */
  attachments?: number;
}

const FORMAT = /^([0-6])(?:(\d{1,3})-)?(?:(\/[^,]*)(?:,|$))?(\d{1,15})?(.*)$/s;

/** Names that clients and servers use themselves: no event is called so. */
const RESERVED: ReadonlySet<unknown> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

const event = z.tuple([z.union([z.string(), z.number()])], z.unknown());
const DATA: Readonly<Record<number, z.ZodType>> = {
  [TYPE.connect]: z.record(z.string(), z.unknown()).optional(),
  [TYPE.disconnect]: z.undefined(),
  [TYPE.event]: event,
  [TYPE.binaryEvent]: event,
  [TYPE.ack]: z.array(z.unknown()),
  [TYPE.binaryAck]: z.array(z.unknown()),
};

/** The packet in a message; undefined where it is none that a client may send. */
export function decodePacket(text: string): SocketIoPacket | undefined {
  const [, digit, attachments, namespace = MAIN, id, json = ""] = FORMAT.exec(text) ?? [];
  const type = Number(digit);
  const data = parsed(json);
  const isBinary = type === TYPE.binaryEvent || type === TYPE.binaryAck;
  if (isBinary !== (attachments !== undefined) || !DATA[type]?.safeParse(data).success) return undefined;
  if (Array.isArray(data) && type !== TYPE.ack && RESERVED.has(data[0])) return undefined;
  return {
    type,
    // A query was allowed in older versions.
    namespace: namespace.split("?", 1)[0] ?? MAIN,
    data,
    ...(id !== undefined && { id: Number(id) }),
    ...(isBinary && { attachments: Number(attachments) }),
  };
}

/** A packet as the text of a message. */
export function encodePacket({ type, namespace, id, data, attachments }: SocketIoPacket): string {
  const binary = attachments === undefined ? "" : `${attachments}-`;
  const scope = namespace === MAIN ? "" : `${namespace},`;
  return `${type}${binary}${scope}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`;
}

/** What no JSON is parsed to: no schema takes it. */
const MALFORMED = Symbol("malformed");

function parsed(json: string): unknown {
  if (json === "") return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return MALFORMED;
  }
}
