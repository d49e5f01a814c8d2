/** What the benchmark needs of a server that it measures. */
import type { SocketTarget } from "../load/connections.ts";

export interface ChatServer {
  /** Its name in `--peers` and in the figures. */
  name: string;
  /** Its name in the tables, as Markdown. */
  title: string;
  /** Why it cannot be measured on this machine; undefined where it can. */
  unavailable?(): string | undefined;
  /** Starts it as a process of its own, with nothing stored. */
  start(): Promise<RunningServer>;
}

export interface RunningServer {
  pid: number;
  /** Sockets for `perRoom` users in each of so many rooms: target `i` is in room `i % rooms`. */
  targets(rooms: number, perRoom: number): Promise<SocketTarget[]>;
  /** Stops it and deletes what it stored. */
  stop(): Promise<void>;
}
