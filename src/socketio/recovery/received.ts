/** What the client of a live session has received when it has everything that was sent: its offset. */
import { formatOffset, tagOf } from "./offset.ts";

export class Received {
  readonly #shard: number;
  readonly #tag: string;
  readonly #revs = new Map<number, number>();
  #generation: number;
  #text: string | undefined;

  constructor(shard: number, socketId: string, generation: number) {
    this.#shard = shard;
    this.#tag = tagOf(socketId);
    this.#generation = generation;
  }

  /** The offset that goes with the next event. */
  get offset(): string {
    return (this.#text ??= formatOffset({
      shard: this.#shard,
      tag: this.#tag,
      generation: this.#generation,
      revs: this.#revs,
    }));
  }

  /** The rooms of the session are of this generation. */
  inGeneration(generation: number): void {
    this.#generation = generation;
    this.#text = undefined;
  }

  /** A room's events up to a rev are being sent. */
  sent(slot: number, rev: number): void {
    if (rev <= (this.#revs.get(slot) ?? -1)) return;
    this.#revs.set(slot, rev);
    this.#text = undefined;
  }

  /** The session is no longer in a room. */
  left(slot: number): void {
    if (this.#revs.delete(slot)) this.#text = undefined;
  }
}
