/**
 * Lilypad's client: speaks the wire contract over HTTP and WebSockets, and reconnects by itself. Knows
 * no framework; a page reads its stores.
 */
import { BEARER_PREFIX, SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { createApi, type Api } from "./api.ts";
import type { HttpOptions } from "./http.ts";
import { PresenceClient } from "./presence.ts";
import { Room } from "./room.ts";
import { createSession, type SessionApi } from "./session.ts";

export interface ClientOptions {
  /** Where Lilypad is, like `https://chat.example.com`; the page's own origin if absent. */
  url?: string;
  /** Gives a fresh JWT of the host application. Absent, the session cookie signs in. */
  getToken?: () => Promise<string> | string;
  /** Called when the server says that nobody is signed in any more. */
  onSignedOut?: () => void;
}

export interface Client {
  readonly session: SessionApi;
  readonly api: Api;
  /** Goes online, at the first call; the same store from then on, until it is closed. */
  presence(): PresenceClient;
  /** Enters a thread, at the first call; the same room from then on, until it is closed. */
  thread(threadId: string): Room;
  /** Connects everything again that waits for somebody to sign in. */
  signedIn(): void;
  /** Closes all that was opened. The client may be used again afterwards. */
  close(): void;
}

/** Makes a client. Nothing is connected before `presence()` or `thread()` is called. */
export function createClient(options: ClientOptions = {}): Client {
  const http: HttpOptions = { origin: originOf(options.url), getToken: options.getToken };
  const api = createApi(http);
  const rooms = new Map<string, Room>();
  let presence: PresenceClient | undefined;

  const openSocket = async (path: string) => {
    const protocols = [SUBPROTOCOL];
    if (options.getToken) protocols.push(BEARER_PREFIX + (await options.getToken()));
    return new WebSocket(http.origin.replace(/^http/, "ws") + path, protocols);
  };
  const shared = {
    api,
    openSocket,
    renews: options.getToken !== undefined,
    onSignedOut: () => options.onSignedOut?.(),
  };

  return {
    session: createSession(http),
    api,
    presence: () => (presence ??= new PresenceClient(shared)),
    thread: (threadId) => {
      const room =
        rooms.get(threadId) ??
        new Room({
          ...shared,
          threadId,
          onRead: (seq) => presence?.seen(threadId, seq),
          onClose: () => rooms.delete(threadId),
        });
      rooms.set(threadId, room);
      return room;
    },
    signedIn: () => {
      if (presence?.get().connection === "signed_out") presence.reconnect();
      for (const room of rooms.values()) if (room.get().connection === "signed_out") room.reconnect();
    },
    close: () => {
      presence?.close();
      presence = undefined;
      for (const room of rooms.values()) room.close();
    },
  };
}

function originOf(url: string | undefined): string {
  return url === undefined ? globalThis.location.origin : new URL(url).origin;
}
