/** What the benchmark asks of everything it compares. */
import type { Seat } from "../load/crowd.ts";

export interface System {
  /** As it is called in `--peers` and in the figures. */
  name: string;
  /** As the tables call it. */
  title: string;
  /** Why it cannot be measured on this machine; undefined if it can. */
  missing?(): string | undefined;
  /** Starts its server, as a process of its own, with nothing stored. */
  start(): Promise<Running>;
}

/** A started server. */
export interface Running {
  pid: number;
  /** Sockets for so many people in each of so many rooms: seat `i` is in room `i % rooms`. */
  seats(rooms: number, perRoom: number): Promise<Seat[]>;
  /** Ends it and removes what it stored. */
  stop(): Promise<void>;
}
