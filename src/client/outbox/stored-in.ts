/** What an event of the thread says about the user's own commands. Pure. */
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/model.ts";
import type { Stored } from "./entry.ts";

/** What no command of a socket has made. */
type OtherEvent =
  | Exclude<ThreadEvent, DurableEvent>
  | Extract<DurableEvent, { type: "member" | "member_removed" | "thread" }>;

/** The commands of this user that are stored by what the event says: it may have come before their acknowledgement, or in its place. */
export function storedIn(event: ThreadEvent, userId: string | undefined): Stored[] {
  const isOwn = ({ author }: Message) => author.id === userId;
  switch (event.type) {
    case "ack":
      return [{ id: event.id, seq: event.seq ?? 0 }];
    case "history":
      return event.messages.filter(isOwn).map(({ id, seq }) => ({ id, seq }));
    case "chat":
      return isOwn(event.message) ? [{ id: event.message.id, seq: event.message.seq }] : [];
    case "edit":
      return isOwn(event.message) ? ofChange(event.id, event.message.seq) : [];
    case "delete":
      return event.by.id === userId ? ofChange(event.id, event.seq) : [];
    case "react":
    case "unreact":
      return event.user.id === userId ? ofChange(event.id, event.seq) : [];
    default:
      event satisfies OtherEvent;
      return [];
  }
}

/** Only of a change that a server has made from before this field is the id unknown. */
function ofChange(id: string | undefined, seq: number): Stored[] {
  return id === undefined ? [] : [{ id, seq }];
}
