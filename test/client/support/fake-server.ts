/** A Lilypad server whose sockets and responses a test holds, reached by a client made with `createClient`. */
import { onTestFinished, vi } from "vitest";
import { createClient, type Api, type ClientOptions } from "../../../src/client/client.ts";
import { pass } from "./fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

export const SERVER_URL = "https://lilypad.test";

/** What the server responds to requests; those without a response fail as on a dead network. */
export type Responses = Partial<Pick<Api, "threads" | "members" | "messages" | "user">> & {
  health?: () => Promise<object>;
};

/** A command as the client sent it, as far as these tests look at it. */
export interface SentCommand {
  type: string;
  id: string;
  body?: string;
  seq?: number;
  since?: number;
  token?: string;
  userIds?: string[];
}

/** Takes the place of the network until the test ends. */
export function startServer(responses: Responses = {}, Socket: typeof FakeSocket = FakeSocket) {
  const sockets: FakeSocket[] = [];
  class ServerSocket extends Socket {
    constructor(...given: ConstructorParameters<typeof FakeSocket>) {
      super(...given);
      sockets.push(this);
    }
  }
  vi.stubGlobal("WebSocket", ServerSocket);
  vi.stubGlobal("fetch", async (url: string) => Response.json(await respond(responses, new URL(url))));
  onTestFinished(() => void vi.unstubAllGlobals());

  const newest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("The client has not connected.");
    return socket;
  };
  return {
    /** Every socket that the client opened, in order. */
    sockets,
    /** The socket that the client opened last. */
    newest,
    /** The commands of this type that the client sent on its newest socket. */
    sent: (type: string): SentCommand[] => commandsIn(newest()).filter((command) => command.type === type),
    /** Drops the connection, and waits until the client has connected again. */
    loseAndReturn: async (): Promise<void> => {
      newest().drop(1006);
      await pass(2_000);
    },
  };
}

/** A client of a new server. */
export function startClient({
  responses,
  socket,
  ...options
}: ClientOptions & { responses?: Responses; socket?: typeof FakeSocket } = {}) {
  const server = startServer(responses, socket);
  const client = createClient({ url: SERVER_URL, outboxStorage: null, ...options });
  return { ...server, client };
}

/** A client that has connected to the thread `t1`, where it was not welcomed yet. */
export async function startRoom(options?: Parameters<typeof startClient>[0]) {
  const started = startClient(options);
  const room = started.client.thread("t1");
  await pass();
  return { ...started, room };
}

/** A client whose presence has connected, and was not welcomed yet. */
export async function startPresence(options?: Parameters<typeof startClient>[0]) {
  const started = startClient(options);
  const presence = started.client.presence();
  await pass();
  return { ...started, presence };
}

function commandsIn({ sent }: FakeSocket): SentCommand[] {
  return sent
    .filter((frame) => frame !== "ping")
    .flatMap((frame) => JSON.parse(frame) as SentCommand | SentCommand[]);
}

async function respond(responses: Responses, { pathname, searchParams }: URL): Promise<object> {
  const [, , collection, id = "", page] = pathname.split("/");
  const { cursor, ...numbers } = Object.fromEntries(searchParams);
  const bounds = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
  const list = { ...bounds, ...(cursor !== undefined && { cursor }) };
  if (collection === "health" && responses.health) return responses.health();
  if (collection === "users" && responses.user) return responses.user(id);
  if (page === "messages" && responses.messages) return responses.messages(id, bounds);
  if (page === "members" && responses.members) return responses.members(id, list);
  if (collection === "threads" && !page && responses.threads) return responses.threads(list);
  throw new TypeError("network error");
}
