/** Drives the outbox: sends what may be sent, and settles each command by what the server says. */
import type { ChangeCommand } from "../protocol/commands.ts";
import type { ThreadEvent } from "../protocol/events.ts";
import * as outbox from "./outbox.ts";
import { RequestError } from "./request-error.ts";
import type { Outgoing, RoomState } from "./room-state.ts";
import { stopTimer, type Timer } from "./timer.ts";

/** Where a `rate_limited` names no time. */
const RETRY_AFTER_MS = 1_000;

export interface OutgoingsOptions {
  /** Sends a command; false where there is no socket. */
  send(command: ChangeCommand): boolean;
  /** The newest `rev` known; undefined before the first welcome. */
  rev(): number | undefined;
  onChange(shown: readonly Outgoing[]): void;
}

interface Waiting {
  resolve(): void;
  reject(error: RequestError): void;
}

export class Outgoings {
  readonly #options: OutgoingsOptions;
  readonly #waiting = new Map<string, Waiting>();
  #outbox: outbox.Outbox = [];
  #shown: readonly Outgoing[] = [];
  #pausedUntil = 0;
  #timer: Timer | undefined;

  constructor(options: OutgoingsOptions) {
    this.#options = options;
  }

  /** One's own messages that are not stored yet, as the room shows them. */
  get shown(): readonly Outgoing[] {
    return this.#shown;
  }

  /** Takes a command; settles when the server has stored or refused it. */
  add(command: ChangeCommand): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(command.id, { resolve, reject });
      this.#replace(outbox.enqueue(this.#outbox, command, Date.now()));
      this.#flush();
    });
  }

  retry(id: string): void {
    this.#replace(outbox.retry(this.#outbox, id));
    this.#flush();
  }

  discard(id: string): void {
    this.#replace(outbox.remove(this.#outbox, id));
  }

  disconnected(): void {
    this.#pausedUntil = 0;
    stopTimer(this.#timer);
    this.#replace(outbox.requeueAll(this.#outbox));
  }

  failAll(reason: string): void {
    for (const { command } of this.#outbox) this.#refuse(command.id, new RequestError("forbidden", reason));
  }

  /** What an event means for the commands that wait; `before` and `after` are the room around it. */
  receive(event: ThreadEvent, before: RoomState, after: RoomState): void {
    switch (event.type) {
      case "welcome":
        if (before.cursor && before.cursor.epoch !== after.cursor?.epoch) {
          this.#outbox = outbox.forgetSince(this.#outbox);
        }
        // On a resume the replay comes first: own messages found in it need not be sent again.
        queueMicrotask(() => this.#flush());
        return;
      case "history":
        for (const message of event.messages) this.#arrived(message, after);
        return;
      case "chat":
        return this.#arrived(event.message, after);
      case "ack":
        return this.#settle(event.id);
      case "error":
        if (event.id === undefined) return;
        if (event.code === "rate_limited") return this.#pause(event.id, event.retryAfterMs ?? RETRY_AFTER_MS);
        return this.#refuse(event.id, new RequestError(event.code, event.message));
    }
  }

  close(): void {
    stopTimer(this.#timer);
    for (const { reject } of this.#waiting.values())
      reject(new RequestError("offline", "The room was left."));
    this.#waiting.clear();
  }

  #arrived(message: { id: string; author: { id: string } }, { user }: RoomState): void {
    if (message.author.id === user?.id) this.#settle(message.id);
  }

  #settle(id: string): void {
    this.#replace(outbox.remove(this.#outbox, id));
    this.#waiting.get(id)?.resolve();
    this.#waiting.delete(id);
    this.#flush();
  }

  #refuse(id: string, error: RequestError): void {
    const chat = this.#outbox.some(({ command }) => command.id === id && command.type === "chat");
    this.#replace(chat ? outbox.fail(this.#outbox, id, error.message) : outbox.remove(this.#outbox, id));
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
    this.#flush();
  }

  #pause(id: string, forMs: number): void {
    this.#replace(outbox.requeue(this.#outbox, id));
    this.#pausedUntil = Date.now() + forMs;
    stopTimer(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pausedUntil = 0;
      this.#flush();
    }, forMs);
  }

  #flush(): void {
    const rev = this.#options.rev();
    if (rev === undefined || Date.now() < this.#pausedUntil) return;
    for (const { command } of outbox.sendable(this.#outbox)) {
      const marked = outbox.markSent(this.#outbox, command.id, rev);
      const sent = marked.find((entry) => entry.command.id === command.id);
      if (!sent || !this.#options.send(sent.command)) return;
      this.#replace(marked);
    }
  }

  #replace(next: outbox.Outbox): void {
    if (next === this.#outbox) return;
    this.#outbox = next;
    this.#shown = next.flatMap(toShown);
    this.#options.onChange(this.#shown);
  }
}

function toShown({ command, at, state, reason }: outbox.Entry): Outgoing[] {
  if (command.type !== "chat") return [];
  const { id, body, replyTo } = command;
  return [
    {
      id,
      body,
      at,
      state: state === "failed" ? "failed" : "pending",
      ...(replyTo !== undefined && { replyTo }),
      ...(reason !== undefined && { reason }),
    },
  ];
}
