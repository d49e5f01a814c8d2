/** The servers that Lilypad is compared with: programs in test/bench/peers that take room and user from the address. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SocketTarget } from "../load/connections.ts";
import type { DialectName } from "../load/dialects.ts";
import { peerFile, startServer, type ServerProcess } from "./server-process.ts";
import type { RunningServer, ChatServer } from "./chat-server.ts";

const NODE_ARGS = ["--disable-warning=ExperimentalWarning"];
const SOCKET_IO_PATH = "/socket.io/?EIO=4&transport=websocket&";

export const socketIo: ChatServer = {
  name: "socket.io",
  title: "Socket.IO",
  start: async () => runningPeer(await startNode("socket-io.mjs"), "socketIo", SOCKET_IO_PATH),
};

export const socketIoStoring: ChatServer = {
  name: "socket.io+sqlite",
  title: "Socket.IO, each message in SQLite",
  start: async () => {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
    const server = await startNode("socket-io.mjs", "--store", join(directory, "messages.db"));
    return runningPeer(server, "socketIo", SOCKET_IO_PATH, directory);
  },
};

export const ws: ChatServer = {
  name: "ws",
  title: "bare ws",
  start: async () => runningPeer(await startNode("ws.mjs"), "plain", "/?"),
};

/** The binary of Bun's package for this machine, used without its install script. */
const BUN = peerFile(`node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`);

export const bun: ChatServer = {
  name: "bun",
  title: "Bun's publish",
  unavailable: () =>
    existsSync(BUN) ? undefined : "npm ci in test/bench/peers has not installed it for this machine",
  start: async () => runningPeer(await startServer(BUN, [peerFile("bun.mjs")]), "plain", "/?"),
};

/** Debian's packages are found by Debian's own Python, which need not be the first on the path. */
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

export const flask: ChatServer = {
  name: "flask",
  title: "Flask-SocketIO on eventlet",
  unavailable: () =>
    python() === undefined
      ? "no python3 has the packages (Debian: apt-get install python3-flask-socketio python3-eventlet)"
      : undefined,
  start: async () => {
    const server = await startServer(python() ?? "python3", [peerFile("flask-socketio.py")]);
    return runningPeer(server, "socketIo", SOCKET_IO_PATH);
  },
};

function startNode(program: string, ...args: string[]): Promise<ServerProcess> {
  return startServer(process.execPath, [...NODE_ARGS, peerFile(program), ...args]);
}

function runningPeer(
  server: ServerProcess,
  dialect: DialectName,
  path: string,
  directory?: string,
): RunningServer {
  return {
    pid: server.pid,
    targets: async (rooms, perRoom) => roomTargets({ port: server.port, dialect, path }, rooms, perRoom),
    stop: async () => {
      await server.stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Sockets of a server that takes room and user from the query string, which is appended to `path`. */
export function roomTargets(
  { path, ...server }: SocketTarget,
  rooms: number,
  perRoom: number,
): SocketTarget[] {
  return Array.from({ length: rooms * perRoom }, (_seat, i) => ({
    ...server,
    path: `${path}room=r${i % rooms}&user=u${Math.floor(i / rooms)}`,
  }));
}
