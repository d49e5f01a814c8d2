/** What Lilypad is compared with: programs in test/bench/peers, whose sockets say in their address which room they enter. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Seat } from "../load/crowd.ts";
import type { DialectName } from "../load/dialects.ts";
import { peerFile, startServer, type ServerProcess } from "./server-process.ts";
import type { Running, System } from "./system.ts";

const NODE_ARGS = ["--disable-warning=ExperimentalWarning"];
const SOCKET_IO_PATH = "/socket.io/?EIO=4&transport=websocket&";

export const socketIo: System = {
  name: "socket.io",
  title: "Socket.IO",
  start: async () => running(await startNode("socket-io.mjs"), "socketIo", SOCKET_IO_PATH),
};

export const socketIoStoring: System = {
  name: "socket.io+sqlite",
  title: "Socket.IO, each message in SQLite",
  start: async () => {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
    const server = await startNode("socket-io.mjs", "--store", join(directory, "messages.db"));
    return running(server, "socketIo", SOCKET_IO_PATH, directory);
  },
};

export const ws: System = {
  name: "ws",
  title: "bare ws",
  start: async () => running(await startNode("ws.mjs"), "plain", "/?"),
};

/** The binary of Bun's package for this machine, which is used without its install script. */
const BUN = peerFile(`node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`);

export const bun: System = {
  name: "bun",
  title: "Bun's publish",
  missing: () =>
    existsSync(BUN) ? undefined : "npm ci in test/bench/peers has not brought it to this machine",
  start: async () => running(await startServer(BUN, [peerFile("bun.mjs")]), "plain", "/?"),
};

/** Debian puts its packages where its own Python finds them, which need not be the first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];

function python(): string | undefined {
  return PYTHONS.find((command) => {
    try {
      execFileSync(command, ["-c", "import flask_socketio, eventlet"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

export const flask: System = {
  name: "flask",
  title: "Flask-SocketIO on eventlet",
  missing: () =>
    python() === undefined
      ? "no python3 here has it (Debian: apt-get install python3-flask-socketio python3-eventlet)"
      : undefined,
  start: async () => {
    const server = await startServer(python() ?? "python3", [peerFile("flask-socketio.py")]);
    return running(server, "socketIo", SOCKET_IO_PATH);
  },
};

function startNode(program: string, ...args: string[]): Promise<ServerProcess> {
  return startServer(process.execPath, [...NODE_ARGS, peerFile(program), ...args]);
}

function running(server: ServerProcess, dialect: DialectName, path: string, directory?: string): Running {
  return {
    pid: server.pid,
    seats: async (rooms, perRoom) => roomSeats({ port: server.port, dialect, path }, rooms, perRoom),
    stop: async () => {
      await server.stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Sockets of a server that is told in the address which room, and who. `path` ends where that begins. */
export function roomSeats({ path, ...server }: Seat, rooms: number, perRoom: number): Seat[] {
  return Array.from({ length: rooms * perRoom }, (_seat, i) => ({
    ...server,
    path: `${path}room=r${i % rooms}&user=u${Math.floor(i / rooms)}`,
  }));
}
