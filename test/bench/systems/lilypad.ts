/** Lilypad on bare workerd with on-disk storage; users are signed in by host tokens. */
import { SOCKETS_PER_USER } from "../../../src/protocol/limits.ts";
import { signIn, type SignedInUser, type ServerAddress } from "../../chaos/support/users.ts";
import { Server } from "../../chaos/support/server.ts";
import type { SocketTarget } from "../load/connections.ts";
import type { RunningServer, ChatServer } from "./chat-server.ts";

/** The most users of a room; beyond that each has several sockets, as with tabs and devices. */
const USERS = 100;
/** Threads that are created at the same time. */
const AT_ONCE = 20;

/** A running Lilypad, with its server for what only Lilypad can do. */
export interface RunningLilypad extends RunningServer {
  server: Server;
}

export interface Lilypad extends ChatServer {
  start(): Promise<RunningLilypad>;
}

/** For scenarios that only Lilypad supports. Throws for another server. */
export function requireLilypad(running: RunningServer): RunningLilypad {
  if ("server" in running) return running as RunningLilypad;
  throw new Error("only Lilypad supports this scenario");
}

export function lilypad({ inspector = false }: { inspector?: boolean } = {}): Lilypad {
  return {
    name: "lilypad",
    title: "**Lilypad**",
    start: async () => {
      const server = await Server.start({}, { inspector });
      return {
        server,
        get pid() {
          return server.pid;
        },
        targets: (rooms, perRoom) => lilypadTargets(server, rooms, perRoom),
        stop: () => server.stop(),
      };
    },
  };
}

/** Sockets of signed-in users in new public threads. */
export async function lilypadTargets(
  server: ServerAddress,
  rooms: number,
  perRoom: number,
): Promise<SocketTarget[]> {
  const needed = Math.max(Math.min(perRoom, USERS), Math.ceil(perRoom / (SOCKETS_PER_USER / 2)));
  const users = await signIn(
    server,
    Array.from({ length: needed }, (_user, i) => `u${i}`),
  );
  const [owner] = users;
  if (!owner) throw new Error("rooms need an owner");
  const threads = await makeThreads(owner, rooms);
  return Array.from({ length: rooms * perRoom }, (_seat, i) => {
    const thread = threads[i % rooms] ?? "";
    const user = users[Math.floor(i / rooms) % users.length] ?? owner;
    return lilypadTarget(server, user, `/api/threads/${thread}/socket`);
  });
}

/** The same by Socket.IO, over WebSocket only. */
export function lilypadSocketIo(plain: Lilypad): ChatServer {
  return {
    name: "lilypad-socketio",
    title: "**Lilypad** by Socket.IO",
    start: async () => {
      const { pid, targets, stop } = await plain.start();
      return {
        pid,
        targets: async (rooms, perRoom) => (await targets(rooms, perRoom)).map(socketIoTarget),
        stop,
      };
    },
  };
}

/** Joins the thread of this target by Socket.IO. */
function socketIoTarget({ path, ...target }: SocketTarget): SocketTarget {
  return {
    ...target,
    path: "/socket.io/?EIO=4&transport=websocket",
    dialect: "lilypadSocketIo",
    room: /[0-9a-f]{64}/.exec(path)?.[0] ?? "",
  };
}

/** Public threads: opening a socket there makes a user a member. */
async function makeThreads(owner: SignedInUser, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - ids.length) }, async () => {
      const { id } = await owner.api.createThread({ kind: "public", name: "bench" });
      return id;
    });
    ids.push(...(await Promise.all(some)));
  }
  return ids;
}

/** A socket of this user at a path of Lilypad's, with client acknowledgements for flow control. */
export function lilypadTarget(server: ServerAddress, user: SignedInUser, path: string): SocketTarget {
  return {
    port: Number(new URL(server.url).port),
    path: `${path}${path.includes("?") ? "&" : "?"}paced`,
    headers: { Authorization: `Bearer ${user.token}`, "Sec-WebSocket-Protocol": "lilypad.v1" },
    dialect: "lilypad",
  };
}
