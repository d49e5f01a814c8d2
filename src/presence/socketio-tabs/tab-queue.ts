/**
 * What one Socket.IO shard is yet to be sent for its tabs. The first event goes at once, with all that happens in the same
 * stretch; what follows is gathered, and goes as one. A batch that did not arrive is sent again, and what happened since
 * waits for it: so nothing is lost or overtaken while both objects live.
 */
import { BatchTiming } from "../../rpc/batch-timing.ts";
import { callObject } from "../../rpc/call.ts";
import { socketIoStub } from "../../rpc/socketio.ts";
import type { BatchCursor, TabBatch, TabDelivery, TabEvent } from "../../rpc/socketio-tabs.ts";

/** The wait before a batch is sent again, which doubles up to the second, and how often: then its sockets are lost as well. */
const RETRY_MS = 1_000;
const RETRY_MOST_MS = 30_000;
const RETRIES = 8;
/** Events in one batch, each for one user or tab: far less than a call can carry. */
const EVENTS_PER_BATCH = 5_000;
/** Events that wait at most, while nothing arrives. Above it the oldest are dropped. */
const MOST_WAITING = 20_000;

/** Who an event is for: a user, in all tabs, or a single tab. */
export type Recipient = { userId: string } | { tabId: string };

interface Waiting {
  to: Recipient;
  /** Made when the batch is sent where only the newest counts. */
  event: TabEvent | (() => TabEvent);
}

export interface TabQueueOptions {
  presenceShard: number;
  /** The Socket.IO shard. */
  shard: number;
  memoryId: string;
}

export class TabQueue {
  readonly #env: Env;
  readonly #options: TabQueueOptions;
  /** By key, in the order in which they were put. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #batches = new BatchTiming(() => this.#sendNext());
  #no = 0;

  constructor(env: Env, options: TabQueueOptions) {
    this.#env = env;
    this.#options = options;
  }

  /** Whatever waits is in a later batch. */
  get cursor(): BatchCursor {
    return { memoryId: this.#options.memoryId, no: this.#no };
  }

  /** Queues an event, in place of the one that waits under this key. */
  put(key: string, to: Recipient, event: Waiting["event"]): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, { to, event });
    if (this.#waiting.size > MOST_WAITING) this.remove(this.#waiting.keys().next().value ?? key);
    this.#batches.due();
  }

  /** What waits under this key is no longer true. */
  remove(key: string): void {
    this.#waiting.delete(key);
  }

  async #sendNext(): Promise<boolean> {
    if (this.#waiting.size > 0) await this.#send(this.#nextBatch());
    return this.#waiting.size > 0;
  }

  #nextBatch(): TabBatch {
    const byEvent = new Map<TabEvent, TabDelivery>();
    for (const [key, { to, event }] of [...this.#waiting].slice(0, EVENTS_PER_BATCH)) {
      this.#waiting.delete(key);
      addTo(byEvent, typeof event === "function" ? event() : event, to);
    }
    this.#no += 1;
    const { presenceShard } = this.#options;
    return { presenceShard, cursor: this.cursor, deliveries: [...byEvent.values()] };
  }

  async #send(batch: TabBatch): Promise<void> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await callObject(
          () => socketIoStub(this.#env, this.#options.shard),
          (holder) => holder.sendToTabs(batch),
        );
      } catch {
        if (retries === RETRIES) return console.error("events for Socket.IO sessions did not arrive");
      }
      await scheduler.wait(Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** retries));
    }
  }
}

/** Everyone whom an event is for is in one delivery of it. */
function addTo(byEvent: Map<TabEvent, TabDelivery>, event: TabEvent, to: Recipient): void {
  const delivery = byEvent.get(event) ?? { event };
  byEvent.set(event, delivery);
  if ("userId" in to) (delivery.userIds ??= []).push(to.userId);
  else (delivery.tabIds ??= []).push(to.tabId);
}
