/** What clients emit that is not about a message (message-events.ts). Unknown keys are ignored. */
import { z } from "zod";
import { WATCHED_USERS } from "../../protocol/limits.ts";
import { commandId, messageBody, messageData, readSeq, rev, seq, userId } from "../../protocol/fields.ts";
import { inRoom } from "./event-targets.ts";

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
  read: z.object({ ...inRoom, seq: readSeq }),
  typing: z.object(inRoom),
  watch: z.object({ userIds: z.array(userId).max(WATCHED_USERS) }),
} as const;

export type EventName = keyof typeof SCHEMAS;
export type EventInput<N extends EventName> = z.output<(typeof SCHEMAS)[N]>;

/** Whether it is one of these. */
export function isEventName(name: string | number): name is EventName {
  return Object.hasOwn(SCHEMAS, name);
}
