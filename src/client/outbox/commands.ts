/**
 * The client's entry of each durable command: the method by which a user gives it, in a room and in React, and what of its
 * message it sets.
 */
import type { DurableCommand } from "../../protocol/commands.ts";
import type { MessageData } from "../../protocol/fields.ts";
import type { ChangeCommand, Stored } from "./entry.ts";

/**
 * Each gives its command now, or once connected, and resolves when it is stored. It rejects with a `RequestError` if the
 * command failed, was discarded, or the room was closed; the rejection need not be handled.
 */
export interface CommandMethods {
  /**
   * Sends a message; `data` is a JSON object of the application's own, of at most 2,048 bytes. It is shown in `outgoing` until
   * it is stored.
   */
  send: (body: string, replyTo?: number, data?: MessageData) => Promise<Stored>;
  /** Replaces the text of the user's own message. It is shown in `outgoingChanges` until it is stored. */
  edit: (seq: number, body: string) => Promise<Stored>;
  /** Deletes a message, as `edit` changes one. */
  erase: (seq: number) => Promise<Stored>;
  /** Adds the user's reaction, as `edit` changes a message. */
  react: (seq: number, emoji: string) => Promise<Stored>;
  /** Removes the user's reaction, as `edit` changes a message. */
  unreact: (seq: number, emoji: string) => Promise<Stored>;
}

/** A command that has no id yet. */
export type NewCommand = DurableCommand extends infer Command
  ? Command extends DurableCommand
    ? Omit<Command, "id">
    : never
  : never;

/** The methods, each of which hands its command to `give`. */
export function commandMethods(give: (command: NewCommand) => Promise<Stored>): CommandMethods {
  return {
    send: (body, replyTo, data) => give({ type: "chat", body, data, replyTo }),
    edit: (seq, body) => give({ type: "edit", seq, body }),
    erase: (seq) => give({ type: "delete", seq }),
    react: (seq, emoji) => give({ type: "react", seq, emoji }),
    unreact: (seq, emoji) => give({ type: "unreact", seq, emoji }),
  };
}

/** All of a message, its reactions included. */
const ALL = "all";
/**
 * What of its message each command sets, if anything: of two that set the same, the later one leads to the same state without
 * the earlier.
 */
const SETS: {
  [T in ChangeCommand["type"]]: (command: Extract<ChangeCommand, { type: T }>) => string | undefined;
} = {
  edit: () => "body",
  delete: () => ALL,
  react: ({ emoji }) => `reaction ${emoji}`,
  unreact: ({ emoji }) => `reaction ${emoji}`,
};

function setBy(command: ChangeCommand): string | undefined {
  // Each is asked of commands of its own type alone.
  return (SETS[command.type] as (command: ChangeCommand) => string | undefined)(command);
}

/**
 * Whether a command makes an earlier one on the same message needless: the same text is edited again, a reaction is taken
 * back or given again, or the message is deleted. It does not matter then whether the earlier one was stored.
 */
export function supersedes(later: DurableCommand, earlier: DurableCommand): boolean {
  if (later.type === "chat" || earlier.type === "chat" || later.seq !== earlier.seq) return false;
  const set = setBy(later);
  const before = setBy(earlier);
  return before !== undefined && (set === ALL || set === before);
}
