/** What clients emit. Unknown keys are ignored. */
import { z } from "zod";
import { REACTION_NAME_LENGTH, WATCHED_USERS } from "../../protocol/limits.ts";
import {
  characters,
  commandId,
  messageBody,
  messageData,
  readSeq,
  rev,
  seq,
  userId,
} from "../../protocol/fields.ts";
import { roomName } from "../../protocol/socketio/room-names.ts";

/** `room` and `threadId` are two names of one field. */
const inRoom = { room: roomName.optional(), threadId: roomName.optional() };

/** The message that a command is about: `seq` in the room, or its id, which names the room too. */
const ofMessage = {
  ...inRoom,
  seq: seq.optional(),
  id: z.unknown().optional(),
  messageId: z.unknown().optional(),
};

/** An emoji, or a name of `REACTION_NAMES`. */
const reactionName = characters(1, REACTION_NAME_LENGTH).optional();
const reaction = z.object({ ...ofMessage, emoji: reactionName, reactionType: reactionName });

export const SCHEMAS = {
  join: z.object({ ...inRoom, cursor: z.string().max(128).nullish() }),
  leave: z.object(inRoom),
  chat: z.object({
    ...inRoom,
    body: messageBody.optional(),
    content: messageBody.optional(),
    id: z.union([z.string(), z.number()]).nullish(),
    clientId: commandId.optional(),
    data: messageData.nullish(),
    replyTo: seq.optional(),
    since: rev.optional(),
  }),
  edit: z.object({ ...ofMessage, body: messageBody.optional(), content: messageBody.optional() }),
  delete: z.object(ofMessage),
  add_reaction: reaction,
  remove_reaction: reaction,
  read: z.object({ ...inRoom, seq: readSeq }),
  typing: z.object(inRoom),
  watch: z.object({ userIds: z.array(userId).max(WATCHED_USERS) }),
} as const;

export type EventName = keyof typeof SCHEMAS;
export type EventInput<N extends EventName> = z.output<(typeof SCHEMAS)[N]>;

/** Whether there is such an event. */
export function isEventName(name: string | number): name is EventName {
  return Object.hasOwn(SCHEMAS, name);
}
