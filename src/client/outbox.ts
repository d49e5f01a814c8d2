/**
 * The commands that are not yet known to be stored, in the order in which they were given. Pure: what to
 * send when is decided here, the sending is the room's.
 */
import type { ChangeCommand } from "../protocol/commands.ts";

/**
 * Most commands on their way at once. Below the server's burst, so that a long queue, sent after hours
 * offline, is paced by its answers and does not run into the rate limit's close.
 */
const WINDOW = 10;

export interface Entry {
  readonly command: ChangeCommand;
  /** When the person gave it. */
  readonly at: number;
  readonly state: "queued" | "sent" | "failed";
  /** Why it failed, for a person to read. */
  readonly reason?: string;
}

export type Outbox = readonly Entry[];

/** Puts a command at the end. */
export function enqueue(outbox: Outbox, command: ChangeCommand, at: number): Outbox {
  return [...outbox, { command, at, state: "queued" }];
}

/** What may be sent now: the first queued ones, while fewer than the window are on their way. */
export function sendable(outbox: Outbox): readonly Entry[] {
  const underway = outbox.filter(({ state }) => state === "sent").length;
  return outbox.filter(({ state }) => state === "queued").slice(0, Math.max(0, WINDOW - underway));
}

/**
 * Marks a command as on its way. A chat remembers the `rev` at which it first went (`since`): with that,
 * the server recognises a repeat however late it comes.
 */
export function markSent(outbox: Outbox, id: string, rev: number): Outbox {
  return change(outbox, id, ({ command, at }) => ({
    command: command.type === "chat" ? { since: rev, ...command } : command,
    at,
    state: "sent",
  }));
}

/** Removes a command that is stored, or that its author gave up. */
export function remove(outbox: Outbox, id: string): Outbox {
  const rest = outbox.filter(({ command }) => command.id !== id);
  return rest.length === outbox.length ? outbox : rest;
}

/** Keeps a refused command, with the reason, until its author retries or discards it. */
export function fail(outbox: Outbox, id: string, reason: string): Outbox {
  return change(outbox, id, ({ command, at }) => ({ command, at, state: "failed", reason }));
}

/** A failed command waits for its turn again; same id, same `since`, so it is stored once at most. */
export function retry(outbox: Outbox, id: string): Outbox {
  return change(outbox, id, (entry) =>
    entry.state === "failed" ? { command: entry.command, at: entry.at, state: "queued" } : entry,
  );
}

/** One that the server asked to send later waits again. */
export function requeue(outbox: Outbox, id: string): Outbox {
  return change(outbox, id, ({ command, at }) => ({ command, at, state: "queued" }));
}

/** After a lost socket nobody knows what arrived: all that was on its way waits again. */
export function requeueAll(outbox: Outbox): Outbox {
  if (!outbox.some(({ state }) => state === "sent")) return outbox;
  return outbox.map((entry) => (entry.state === "sent" ? { ...entry, state: "queued" } : entry));
}

/** After a change of epoch a `since` counts something else: it is taken again at the next sending. */
export function forgetSince(outbox: Outbox): Outbox {
  return outbox.map((entry) => {
    if (entry.command.type !== "chat") return entry;
    const { since: _since, ...command } = entry.command;
    return { ...entry, command };
  });
}

function change(outbox: Outbox, id: string, to: (entry: Entry) => Entry): Outbox {
  return outbox.map((entry) => (entry.command.id === id ? to(entry) : entry));
}
