/** Engine.IO 4 packets: a digit and its data, or binary data; in a polling payload several of them, separated (Engine.IO protocol, "Packet encoding"). */

/** What a packet begins with, by its type. */
export const PACKET_TYPE = {
  open: "0",
  close: "1",
  ping: "2",
  pong: "3",
  message: "4",
  upgrade: "5",
  noop: "6",
} as const;

/** What a client sends on the WebSocket that it probes, and what it is answered. */
export const PROBE = `${PACKET_TYPE.ping}probe`;
export const PROBED = `${PACKET_TYPE.pong}probe`;

/** Between the packets of a polling payload. */
const SEPARATOR = "\u001e";
/** Before the base64 of a binary message in a polling payload. */
const BINARY = "b";

/** A packet as a WebSocket carries it: text, or the data of a binary message. */
export type Packet = string | ArrayBuffer;

/** A message as a packet. */
export function messagePacket(message: Packet): Packet {
  return typeof message === "string" ? PACKET_TYPE.message + message : message;
}

/** Packets as the body of a poll's answer. */
export function encodePayload(packets: readonly Packet[]): string {
  return packets
    .map((packet) => (typeof packet === "string" ? packet : BINARY + new Uint8Array(packet).toBase64()))
    .join(SEPARATOR);
}

/** The packets in the body of a POST; undefined where one is none. */
export function decodePayload(payload: string): Packet[] | undefined {
  const packets: Packet[] = [];
  for (const part of payload.split(SEPARATOR)) {
    const packet = part.startsWith(BINARY) ? fromBase64(part.slice(1)) : part;
    if (packet === undefined || !isPacket(packet)) return undefined;
    packets.push(packet);
  }
  return packets;
}

/** Whether text begins with a type of packet. */
export function isPacket(packet: Packet): boolean {
  return typeof packet !== "string" || /^[0-6]/.test(packet);
}

/** How long a packet is, in bytes of binary data or UTF-16 units. */
export function lengthOf(packet: Packet): number {
  return typeof packet === "string" ? packet.length : packet.byteLength;
}

/** How long what a client sent is, in bytes. */
export function byteLength(packet: Packet): number {
  return typeof packet === "string" ? encoder.encode(packet).length : packet.byteLength;
}

const encoder = new TextEncoder();

function fromBase64(text: string): ArrayBuffer | undefined {
  try {
    return Uint8Array.fromBase64(text).buffer;
  } catch {
    return undefined;
  }
}
