/** What the outbox holds, and how a room shows it. */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { RequestError } from "../http/request-error.ts";

/** A command that the server has stored. */
export interface Stored {
  id: string;
  /** The message's number in its thread; without meaning for a change to another message. */
  seq: number;
}

/** The user's own message that is not known to be stored yet. */
export interface Outgoing {
  id: string;
  body: string;
  replyTo?: number | undefined;
  /** When it was given to `send`, in milliseconds since the epoch. */
  at: number;
  state: "pending" | "failed";
  /** Why it failed, for a person to read. */
  reason?: string | undefined;
}

/** A command in the outbox. */
export interface OutboxEntry {
  command: DurableCommand;
  /** When it was given to the outbox, in milliseconds since the epoch; unique, and so its order among others. */
  at: number;
  /** `sent` from being sent until the answer or the loss of the connection. */
  state: "queued" | "sent" | "failed";
  reason?: string | undefined;
  /** The epoch in which the `since` of a `chat` counts. */
  epoch?: string | undefined;
  /** Settle what `add` returned; absent for an entry from before a reload. */
  resolve?: (stored: Stored) => void;
  reject?: (error: RequestError) => void;
}

/** The messages among these entries, as a room shows them. */
export function outgoingOf(entries: readonly OutboxEntry[]): Outgoing[] {
  return entries.flatMap(({ command, at, state, reason }) => {
    if (command.type !== "chat") return [];
    const { id, body, replyTo } = command;
    return [{ id, body, replyTo, at, reason, state: state === "failed" ? "failed" : "pending" }];
  });
}
