/** The names by which Socket.IO clients call threads and messages. */
import { z } from "zod";

/** The name by which a client calls a thread: its id, a key, or a number. */
export type RoomName = string | number;

/** Hex digits of a thread's id that make its number: as many as a JavaScript number holds exactly. */
const NUMBER_DIGITS = 13;

/** A thread's number. */
export function numberOf(threadId: string): number {
  return Number.parseInt(threadId.slice(0, NUMBER_DIGITS), 16);
}

/** How the ids of threads with a number begin; undefined for what is no thread's number. */
export function prefixOf(number: number): string | undefined {
  if (!Number.isSafeInteger(number) || number < 0) return undefined;
  const digits = number.toString(16).padStart(NUMBER_DIGITS, "0");
  return digits.length === NUMBER_DIGITS ? digits : undefined;
}

/** A message's id: its thread's number, and its `seq`. */
export function messageIdOf(threadId: string, seq: number): string {
  return `${numberOf(threadId)}-${seq}`;
}

/** What a message's id names, or undefined where it is none. */
export function messageNamed(id: unknown): { number: number; seq: number } | undefined {
  const [, number, seq] = /^(\d{1,16})-(\d{1,15})$/.exec(typeof id === "string" ? id : "") ?? [];
  return number === undefined ? undefined : { number: Number(number), seq: Number(seq) };
}

/** The number that a name is; undefined where it is an id or a key. Digits are one, as they are in a form or a path. */
export function numberIn(name: RoomName): number | undefined {
  if (typeof name === "number") return name;
  return /^\d{1,16}$/.test(name) ? Number(name) : undefined;
}

export const roomName: z.ZodType<RoomName> = z.union([z.number(), z.string().min(1).max(600)]);
