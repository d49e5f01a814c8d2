/** The server that the generator is checked against. */
import type { Seat } from "../load/crowd.ts";
import { peerFile, startServer } from "./server-process.ts";

export interface NullServer {
  pid: number;
  seats(sockets: number): Seat[];
  stop(): Promise<void>;
}

export async function startNull(): Promise<NullServer> {
  const { pid, port, stop } = await startServer(process.execPath, [peerFile("null.mjs")]);
  return {
    pid,
    seats: (sockets) =>
      Array.from({ length: sockets }, () => ({ port, path: "/", dialect: "plain" as const })),
    stop,
  };
}
