/** One who uses a token wherever they can: in presence, in each of their threads, and for requests. */
import type { PresenceEvent, ThreadEvent } from "../../../src/protocol/events.ts";
import { WaitTimeout, type ChangeNotifier } from "../support/change-notifier.ts";
import type { Server } from "../support/server.ts";
import { WireSocket } from "../support/wire-socket.ts";

/** Between two requests. */
const REQUEST_MS = 100;
/** A request that a crash or a busy machine takes along is made again for so long. */
const GIVE_UP_MS = 60_000;

type Event = PresenceEvent | ThreadEvent;

interface OpenSocket {
  socket: WireSocket<Event>;
  isWelcome: boolean;
  isOver: boolean;
}

export class Attacker {
  readonly #server: Server;
  readonly #token: string;
  readonly #paths: readonly string[];
  readonly #changes: ChangeNotifier;
  #sockets: OpenSocket[] = [];

  constructor(server: Server, token: string, threadIds: readonly string[], changes: ChangeNotifier) {
    this.#server = server;
    this.#token = token;
    this.#paths = ["/api/presence/socket", ...threadIds.map((id) => `/api/threads/${id}/socket`)];
    this.#changes = changes;
  }

  /** How many sockets were welcomed, and are not over. */
  get openCount(): number {
    return this.#sockets.filter(({ isWelcome, isOver }) => isWelcome && !isOver).length;
  }

  /** Opens a socket in presence and in each thread; resolves when all are welcome. */
  async openAll(): Promise<void> {
    this.#sockets = this.#paths.map((path) => this.#open(path));
    await this.#changes.until(() => this.openCount === this.#paths.length, "all sockets to be welcomed");
  }

  /** Tries to open all again, and to stay: how many were open that long after. Where none was let in, it ends at once. */
  async openAgain(ms: number): Promise<number> {
    this.#sockets = this.#paths.map((path) => this.#open(path));
    return (await this.allClosed(ms)).open;
  }

  /** Makes requests until one is refused; when that was. */
  async refused(): Promise<number> {
    for (const end = Date.now() + GIVE_UP_MS; Date.now() < end;) {
      if ((await this.#request()) === 401) return Date.now();
      await new Promise((resolve) => setTimeout(resolve, REQUEST_MS));
    }
    throw new WaitTimeout("requests were never refused");
  }

  async isAnswered(): Promise<boolean> {
    return (await this.#request()) === 200;
  }

  /** When the last socket was over, and how many were not in that time. */
  async allClosed(ms: number): Promise<{ closedAt: number; open: number }> {
    const left = () => this.#sockets.filter(({ isOver }) => !isOver).length;
    await this.#changes
      .until(() => left() === 0, "all sockets to be closed", ms)
      .catch((error: unknown) => {
        if (!(error instanceof WaitTimeout)) throw error;
      });
    return { closedAt: Date.now(), open: left() };
  }

  async closeAll(): Promise<void> {
    for (const { socket } of this.#sockets) socket.close();
    await Promise.all(this.#sockets.map(({ socket }) => socket.closed));
  }

  async #request(): Promise<number | undefined> {
    try {
      const headers = { authorization: `Bearer ${this.#token}` };
      const response = await fetch(`${this.#server.url}/api/threads`, { headers });
      await response.arrayBuffer();
      return response.status;
    } catch {
      // The server is being started again.
      return undefined;
    }
  }

  #open(path: string): OpenSocket {
    const over = () => {
      opened.isOver = true;
      this.#changes.notify();
    };
    const opened: OpenSocket = {
      isWelcome: false,
      isOver: false,
      socket: new WireSocket<Event>(this.#server.url + path, this.#token, (event) => {
        // A socket is over with this: the close frame of one that hibernates comes later.
        if (event.type === "closing") over();
        if (event.type === "welcome") opened.isWelcome = true;
        this.#changes.notify();
      }),
    };
    void opened.socket.closed.then(over);
    return opened;
  }
}
