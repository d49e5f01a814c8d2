/** What a durable command did: one shape for every command, so that one writer can store, tell and answer them all. */
import type { DurableEvent } from "../../protocol/events.ts";

/** What a command did. */
export interface Outcome<T> {
  value: T;
  /** The durable events it made, in order of `rev`; none where there was nothing to change. */
  events: DurableEvent[];
  ack: { seq?: number; rev: number; at: number };
}
