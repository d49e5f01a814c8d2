/** What the outbox holds, and how a room shows it. */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { MessageData } from "../../protocol/fields.ts";
import type { RequestError } from "../http/request-error.ts";

/** A command that the server has stored. */
export interface Stored {
  id: string;
  /** The message's number in its thread; without meaning for a change to another message. */
  seq: number;
}

/** What the outbox says of each of its commands. */
interface Unstored {
  id: string;
  /** When it was given to the room, in milliseconds since the epoch. */
  at: number;
  state: "pending" | "failed";
  /** Why it failed, for a person to read. */
  reason?: string | undefined;
}

/** The user's own message that is not known to be stored yet. */
export interface Outgoing extends Unstored {
  body: string;
  data?: MessageData | null | undefined;
  replyTo?: number | undefined;
}

/** A command that changes a message of the thread. */
export type ChangeCommand = Exclude<DurableCommand, { type: "chat" }>;

/** The user's own change to the message `seq` that is not known to be stored yet. */
export type OutgoingChange = Unstored & ChangeCommand;

/** A command in the outbox. */
export interface OutboxEntry {
  command: DurableCommand;
  /** When it was given to the outbox, in milliseconds since the epoch; unique, and so its order among others. */
  at: number;
  /** `sent` from being sent until the answer or the loss of the connection. */
  state: "queued" | "sent" | "failed";
  reason?: string | undefined;
  /** The epoch in which the `since` of a `chat` counts, and the `seq` of a change names its message. */
  epoch?: string | undefined;
  /** Settle what `add` returned; absent for an entry from before a reload. */
  resolve?: (stored: Stored) => void;
  reject?: (error: RequestError) => void;
}

/** What a room shows of the outbox: the messages, and the changes to messages. */
export interface OutboxView {
  outgoing: readonly Outgoing[];
  outgoingChanges: readonly OutgoingChange[];
}

/** An outbox without entries. */
export const EMPTY_OUTBOX: OutboxView = { outgoing: [], outgoingChanges: [] };

/** These entries as the room shows them. */
export function viewOf(entries: readonly OutboxEntry[]): OutboxView {
  const outgoing: Outgoing[] = [];
  const outgoingChanges: OutgoingChange[] = [];
  for (const { command, at, state, reason } of entries) {
    const shown = { at, reason, state: state === "failed" ? ("failed" as const) : ("pending" as const) };
    if (command.type !== "chat") outgoingChanges.push({ ...command, ...shown });
    else {
      const { id, body, data, replyTo } = command;
      outgoing.push({ id, body, data, replyTo, ...shown });
    }
  }
  return { outgoing, outgoingChanges };
}
