/**
 * Lilypad's client: speaks the wire contract over HTTP and WebSockets, and reconnects by itself. Knows
 * no framework; a page reads its stores.
 */
import { BEARER_PREFIX, SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { createApi, type Api } from "./http/api.ts";
import { asking } from "./http/request.ts";
import { PresenceClient } from "./presence/presence.ts";
import { Room } from "./room/room.ts";
import { outboxInIndexedDb } from "./outbox/indexed-db.ts";
import type { Shared } from "./connection/connected-store.ts";
import type { OutboxStorage } from "./outbox/storage.ts";
import { createSession, type SessionApi } from "./http/session.ts";

export type { ErrorCode } from "../protocol/errors.ts";
export type { PresenceEvent, ThreadEvent } from "../protocol/events.ts";
export type { MemberPage, MessagePage, Session, ThreadPage } from "../protocol/http.ts";
export type { Kind, Member, Message, Role, Thread, ThreadSummary, User } from "../protocol/model.ts";
export type { Api, NewThread } from "./http/api.ts";
export type { ConnectionState } from "./connection/connection-state.ts";
export type { Stored } from "./outbox/outbox.ts";
export type { OutboxStorage, Unsent } from "./outbox/storage.ts";
export type { PresenceClient } from "./presence/presence.ts";
export type { PresenceState } from "./presence/presence-state.ts";
export type { RequestError } from "./http/request-error.ts";
export type { Room } from "./room/room.ts";
export type { Outgoing, RoomState } from "./room/room-state.ts";
export type { SessionApi } from "./http/session.ts";
export type { Readable } from "./store/store.ts";

export interface ClientOptions {
  /** Where Lilypad is, like `https://chat.example.com`; the page's own origin if absent. */
  url?: string;
  /** Gives a fresh JWT of the host application. Absent, the session cookie signs in. */
  getToken?: () => Promise<string> | string;
  /** Called when the server says that nobody is signed in any more. */
  onSignedOut?: () => void;
  /** Where unsent messages outlive a reload: IndexedDB if absent and there is one; null for nowhere. */
  outboxStorage?: OutboxStorage | null;
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
  const { getToken } = options;
  const { origin } = new URL(options.url ?? globalThis.location.href);
  const { outboxStorage: storage = outboxInIndexedDb(origin) } = options;
  const ask = asking({ origin, getToken });
  const api = createApi(ask);
  const rooms = new Map<string, Room>();
  let presence: PresenceClient | undefined;

  const openSocket = async (path: string) => {
    const protocols = [SUBPROTOCOL];
    if (getToken) protocols.push(BEARER_PREFIX + (await getToken()));
    return new WebSocket(origin.replace(/^http/, "ws") + path, protocols);
  };
  const shared: Shared = {
    api,
    openSocket,
    getToken,
    onSignedOut: () => options.onSignedOut?.(),
  };

  const open = () => [presence, ...rooms.values()];

  return {
    session: createSession(ask),
    api,
    presence: () => (presence ??= new PresenceClient({ ...shared, onClose: () => (presence = undefined) })),
    thread: (threadId) => {
      const room =
        rooms.get(threadId) ??
        new Room({
          ...shared,
          threadId,
          storage,
          onRead: (seq) => presence?.seen(threadId, seq),
          onClose: () => rooms.delete(threadId),
        });
      rooms.set(threadId, room);
      return room;
    },
    signedIn: () => {
      for (const live of open()) if (live?.getSnapshot().connection === "signed_out") live.reconnect();
    },
    close: () => {
      for (const live of open()) live?.close();
      storage?.close();
    },
  };
}
