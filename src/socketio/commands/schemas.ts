/** What clients emit. Unknown keys are ignored. */
import { z } from "zod";
import { commandId, emoji, messageBody, readSeq, rev, seq } from "../../protocol/names.ts";
import { roomName } from "../rooms/room-name.ts";

/** `room` and `threadId` are two names of one field. */
const inRoom = { room: roomName.optional(), threadId: roomName.optional() };

/** The message that a command is about: `seq` in the room, or its id, which names the room too. */
const ofMessage = {
  ...inRoom,
  seq: seq.optional(),
  id: z.unknown().optional(),
  messageId: z.unknown().optional(),
};

const reaction = z.object({ ...ofMessage, emoji: emoji.optional(), reactionType: emoji.optional() });

export const SCHEMAS = {
  join: z.object({ ...inRoom, cursor: z.string().max(128).nullish() }),
  leave: z.object(inRoom),
  chat: z.object({
    ...inRoom,
    body: messageBody.optional(),
    content: messageBody.optional(),
    id: z.union([z.string(), z.number()]).nullish(),
    clientId: commandId.optional(),
    replyTo: seq.optional(),
    since: rev.optional(),
  }),
  edit: z.object({ ...ofMessage, body: messageBody.optional(), content: messageBody.optional() }),
  delete: z.object(ofMessage),
  add_reaction: reaction,
  remove_reaction: reaction,
  read: z.object({ ...inRoom, seq: readSeq }),
  typing: z.object(inRoom),
} as const;

export type EventName = keyof typeof SCHEMAS;
export type EventInput<N extends EventName> = z.output<(typeof SCHEMAS)[N]>;

/** Whether there is such an event. */
export function isEventName(name: string | number): name is EventName {
  return Object.hasOwn(SCHEMAS, name);
}
