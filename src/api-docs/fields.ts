/** What the fields of the schemas mean, wherever they occur, and the lengths that zod's own keywords do not state. */
import type { z } from "zod";
import * as limits from "../protocol/limits.ts";
import {
  commandId,
  displayName,
  emoji,
  messageBody,
  messageData,
  personId,
  putAvatarUrl,
  readSeq,
  rev,
  seq,
  threadData,
  threadName,
  time,
  userData,
  userId,
} from "../protocol/fields.ts";

/** The schema of a field, its description, and keywords of JSON Schema. */
interface Field {
  schema: z.ZodType;
  description: string;
  minLength?: number;
  maxLength?: number;
  type?: "object" | readonly ["string", "null"];
}

/** Lengths are UTF-16 units in Lilypad and code points in JSON Schema: what is over a limit here is over it there. */
export const fields: readonly Field[] = [
  {
    schema: userId,
    description: "A user's id: 1 to 128 UTF-16 units, no control character, no comma, composed (NFC).",
    minLength: 1,
    maxLength: limits.USER_ID_LENGTH,
  },
  {
    schema: personId,
    description:
      "A user's id: 1 to 128 UTF-16 units, no control character, no comma, composed (NFC); not `system`.",
    minLength: 1,
    maxLength: limits.USER_ID_LENGTH,
  },
  {
    schema: displayName,
    description: "A person's name as others see it. Trimmed and composed (NFC).",
    minLength: 1,
  },
  { schema: threadName, description: "A thread's name. Trimmed and composed (NFC).", minLength: 1 },
  {
    schema: commandId,
    description: "Unique to its author in the thread: what is sent again with it is stored once.",
    minLength: 1,
    maxLength: limits.COMMAND_ID_LENGTH,
  },
  {
    schema: messageBody,
    description: "A message's text: 1 to 10,000 UTF-16 units, and not blank.",
    minLength: 1,
    maxLength: limits.BODY_LENGTH,
  },
  {
    schema: userData,
    description: "A JSON object of the host's own: at most 1,024 bytes as compact JSON, in UTF-8.",
    type: "object",
  },
  {
    schema: putAvatarUrl,
    description: "A picture's address: https, at most 2,048 characters. Any other is none.",
    type: ["string", "null"],
  },
  {
    schema: messageData,
    description: "Data of the host's: at most 2,048 bytes as compact JSON.",
    type: "object",
  },
  {
    schema: threadData,
    description: "Data that the host keeps with a thread: at most 4,096 bytes as compact JSON.",
    type: "object",
  },
  { schema: emoji, description: "One emoji, in any spelling." },
  { schema: seq, description: "Names a message within its thread; counts from 1." },
  { schema: readSeq, description: "The newest message that was read; 0 for none." },
  { schema: rev, description: "Counts the durable events of a thread." },
  { schema: time, description: "Milliseconds since the Unix epoch." },
];
