/**
 * The relays of a large room, as its thread sees them: which there are, what is passed to them, and how many are there.
 * That there is one is stored, so that a thread that was evicted, or has crashed between a commit and its telling,
 * still tells all of them how far it is.
 */
import type { AlarmClock } from "../../durable/alarm-scheduler.ts";
import { callObject } from "../../rpc/call.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import type { Crowd, Passed } from "../../rpc/relay.ts";
import { relayOf } from "../../rpc/relay-stub.ts";
import { RelayLine } from "./relay-line.ts";
import type { ThreadStore } from "../thread-store.ts";

/** How long after a relay did not answer it is told again. */
const NUDGE_MS = 2_000;

export class Relays {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #clock: AlarmClock;
  readonly #store: ThreadStore;
  readonly #lines = new Map<number, RelayLine>();
  /** Called when more or fewer are known to be at the relays. */
  onCrowd: () => void = () => {};

  constructor(ctx: DurableObjectState, env: Env, clock: AlarmClock, store: ThreadStore) {
    this.#ctx = ctx;
    this.#env = env;
    this.#clock = clock;
    this.#store = store;
    if (!store.current) return;
    for (const { no } of ctx.storage.sql.exec<{ no: number }>("SELECT no FROM relays")) this.#addLine(no);
  }

  /** Whether the room is so large that some of it is at relays. */
  get isLarge(): boolean {
    return this.#lines.size > 0;
  }

  /** Users at the relays; one at two of them counts twice. */
  get users(): number {
    return [...this.#lines.values()].reduce((sum, { crowd }) => sum + crowd.users, 0);
  }

  /** The relay that is to take one more socket, where each takes so many: the first with a place, or a new one. */
  next(places: number): number {
    for (const [no, { crowd }] of this.#lines) {
      if (crowd.sockets < places) {
        // It will say the real number soon; until then nobody else takes this place.
        crowd.sockets += 1;
        return no;
      }
    }
    return Math.max(0, ...this.#lines.keys()) + 1;
  }

  /** The line to a relay that has sockets, or is about to: from here on it hears of everything. */
  line(no: number): RelayLine {
    const known = this.#lines.get(no);
    if (known) return known;
    this.#ctx.storage.sql.exec("INSERT INTO relays VALUES (?)", no);
    const line = this.#addLine(no);
    line.crowd.sockets = 1;
    return line;
  }

  /** Passes something on to every relay. What is durable is told even if this object crashes now: by alarm. */
  passToAll(item: Passed): void {
    if (this.isLarge && "rev" in item) this.#clock.wakeForOwed(Date.now());
    for (const line of this.#lines.values()) line.push(item);
  }

  pass(no: number, item: Passed): void {
    this.#lines.get(no)?.push(item);
  }

  /** The alarm rang: this object may have started anew, or a relay may not have answered. It rings on until all have. */
  nudge(now: number): void {
    for (const line of this.#lines.values()) line.nudge();
    if ([...this.#lines.values()].some(({ isHeard }) => !isHeard)) this.#clock.wakeForOwed(now);
  }

  /** How many are at a relay now. */
  holds(no: number, crowd: Crowd): void {
    const line = this.#lines.get(no);
    if (!line) return;
    line.crowd = crowd;
    if (crowd.sockets === 0) {
      this.#lines.delete(no);
      this.#ctx.storage.sql.exec("DELETE FROM relays WHERE no = ?", no);
    }
    this.onCrowd();
  }

  /** Closes every socket at the relays, which are then empty, and waits until they are. */
  async end(threadId: string, code: CloseCode, reason: string): Promise<void> {
    await Promise.all(
      [...this.#lines.keys()].map((no) =>
        callObject(
          () => relayOf(this.#env, threadId, no),
          (relay) => relay.end(code, reason),
        ),
      ),
    );
    this.#lines.clear();
  }

  #addLine(no: number): RelayLine {
    const id = this.#ctx.id.toString();
    const line = new RelayLine({
      // Also of a thread that is being deleted: its relays are still to be told.
      rev: this.#store.current?.rev ?? 0,
      pass: (batch) =>
        callObject(
          () => relayOf(this.#env, id, no),
          (relay) => relay.pass(batch),
        ),
      // What an earlier line to the same relay still answers says nothing of this one.
      onCrowd: (crowd) => {
        if (this.#lines.get(no) === line) this.holds(no, crowd);
      },
      onLoss: () => this.#clock.wakeBy(Date.now() + NUDGE_MS),
    });
    this.#lines.set(no, line);
    return line;
  }
}
