/** Lilypad on the bare workerd binary, with on-disk storage, and everybody signed in by the host's tokens. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../../src/dev/workerd.ts";
import { SOCKETS_PER_USER } from "../../../src/protocol/limits.ts";
import { people, type Person, type Served } from "../../chaos/support/people.ts";
import { Server } from "../../chaos/support/server.ts";
import type { Seat } from "../load/crowd.ts";
import type { Running, System } from "./system.ts";

/** Everybody in a room is somebody else, up to so many; then they have several sockets, as with tabs and devices. */
const PEOPLE = 100;
/** Requests under way at once while rooms are made. */
const AT_ONCE = 20;

/** A started Lilypad, of which more can be asked than of the others. */
export interface RunningLilypad extends Running {
  server: Server;
}

export interface Lilypad extends System {
  start(): Promise<RunningLilypad>;
  /** Removes what was built. */
  dispose(): Promise<void>;
}

/** Of a scenario that suits Lilypad alone: what was started is one. */
export function requireLilypad(running: Running): RunningLilypad {
  if ("server" in running) return running as RunningLilypad;
  throw new Error("only Lilypad can do this");
}

/** Lilypad, built once for however many starts. */
export function lilypad({ inspector = false }: { inspector?: boolean } = {}): Lilypad {
  let building: Promise<string> | undefined;
  const build = async () => {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
    await bundleWorker(directory);
    return directory;
  };
  return {
    name: "lilypad",
    title: "**Lilypad**",
    start: async () => {
      building ??= build();
      const server = await Server.start({}, { bundle: await building, inspector });
      return {
        server,
        get pid() {
          return server.pid;
        },
        seats: (rooms, perRoom) => seats(server, rooms, perRoom),
        stop: () => server.stop(),
      };
    },
    dispose: async () => {
      if (building) await rm(await building, { recursive: true, force: true });
    },
  };
}

/** Sockets of signed-in people, in public threads made for them. */
export async function seats(server: Served, rooms: number, perRoom: number): Promise<Seat[]> {
  const needed = Math.max(Math.min(perRoom, PEOPLE), Math.ceil(perRoom / (SOCKETS_PER_USER / 2)));
  const crowd = await people(
    server,
    Array.from({ length: needed }, (_person, i) => `u${i}`),
  );
  const [owner] = crowd;
  if (!owner) throw new Error("nobody to make rooms");
  const threads = await makeThreads(owner, rooms);
  return Array.from({ length: rooms * perRoom }, (_seat, i) => {
    const thread = threads[i % rooms] ?? "";
    const person = crowd[Math.floor(i / rooms) % crowd.length] ?? owner;
    return seat(server, person, `/api/threads/${thread}/socket`);
  });
}

/** Public threads: whoever opens a socket there is a member. */
async function makeThreads(owner: Person, count: number): Promise<string[]> {
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

/** A socket of this person's, at a path of Lilypad's; it says what it has got, as the contract has it of a client in a busy room. */
export function seat(server: Served, person: Person, path: string): Seat {
  return {
    port: Number(new URL(server.url).port),
    path: `${path}${path.includes("?") ? "&" : "?"}paced`,
    headers: { Authorization: `Bearer ${person.token}`, "Sec-WebSocket-Protocol": "lilypad.v1" },
    dialect: "lilypad",
  };
}
