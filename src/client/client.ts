/**
 * Lilypad's client: speaks the wire contract over HTTP and WebSockets, and reconnects by itself. It depends on no
 * framework; a page reads its stores. This module is the package's entry: what it exports is the public API.
 */
import { BEARER_PREFIX, SUBPROTOCOL } from "../protocol/subprotocol.ts";
import { Diagnosis } from "./http/diagnosis.ts";
import { createApi, type Api } from "./http/api.ts";
import { createHttpRequest, type HttpRequest } from "./http/request.ts";
import { createSession, type SessionApi } from "./http/session.ts";
import { createIndexedDbOutbox } from "./outbox/indexed-db.ts";
import type { OutboxStorage } from "./outbox/storage.ts";
import { PresenceClient } from "./presence/presence.ts";
import { RememberedRooms } from "./room/remembered-rooms.ts";
import { createRoom, type Room } from "./room/room.ts";

export type { ErrorCode } from "../protocol/errors.ts";
export type { PresenceEvent, ThreadEvent } from "../protocol/events.ts";
export type { MemberPage, MessagePage, Session, SignInOptions, ThreadPage } from "../protocol/http.ts";
export type { Kind, Member, Message, Role, Thread, ThreadSummary, User } from "../protocol/model.ts";
export type { ConnectionState } from "./connection/connection-state.ts";
export type { Api, NewThread } from "./http/api.ts";
export type { HttpRequest } from "./http/request.ts";
export type { RequestError, RequestErrorCode } from "./http/request-error.ts";
export type { SessionApi } from "./http/session.ts";
export type { Outgoing, OutgoingChange, Stored } from "./outbox/entry.ts";
export type { OutboxStorage, Unsent } from "./outbox/storage.ts";
export type { PresenceState } from "./presence/presence-state.ts";
export type { PresenceClient } from "./presence/presence.ts";
export type { RoomState } from "./room/room-state.ts";
export type { Room } from "./room/room.ts";
export type { Readable } from "./store/store.ts";

export interface ClientOptions {
  /** The URL of Lilypad, such as `https://chat.example.com`; by default the page's own origin. */
  url?: string;
  /**
   * Returns a fresh JWT of the host application, or a promise of one. One that takes too long counts as failed: 30 seconds
   * for a request, 20 for a connection. Where nobody is signed in there, return nothing. By default the session cookie
   * signs in.
   */
  getToken?: () => Promise<string> | string;
  /**
   * Called when the session has ended and only signing in again helps. `reason` is for a developer or a log: what is wrong
   * with the token, for instance.
   */
  onSignedOut?: (reason?: string) => void;
  /** Where unsent messages and changes survive a reload. By default IndexedDB, where there is one; null keeps them nowhere. */
  outboxStorage?: OutboxStorage | null;
  /**
   * How many rooms that nobody retains any more are remembered, with all that they have loaded: entered again, they show
   * it at once, and add what was missed. By default none.
   */
  rememberedRooms?: number;
}

export interface Client {
  readonly session: SessionApi;
  readonly api: Api;
  /** Sends a request to the HTTP API, for what `api` has no function for. The other entries of this package are made on it. */
  readonly request: HttpRequest;
  /** Goes online, and returns the same store at each call; one that was closed is opened again. */
  presence(): PresenceClient;
  /**
   * Enters a thread, by its id or as `key:KEY` by the host's key, and returns the same room at each call; one that was closed
   * is opened again.
   */
  thread(threadId: string): Room;
  /** Reconnects whatever is waiting for the user to sign in. */
  signedIn(): void;
  /** Closes presence and all rooms. The client may be used again afterwards. */
  close(): void;
}

/** Creates a client. Nothing is connected before `presence()` or `thread()` is called. */
export function createClient(options: ClientOptions = {}): Client {
  const { getToken } = options;
  const { origin } = lilypadUrl(options.url ?? pageUrl());
  const storage = options.outboxStorage === undefined ? createIndexedDbOutbox(origin) : options.outboxStorage;
  const diagnosis = new Diagnosis(origin);
  const request = createHttpRequest({ origin, getToken, diagnosis });
  const api = createApi(request);
  /** By thread. A closed room is the same one again as long as somebody holds it. */
  const rooms = new Map<string, WeakRef<Room>>();
  const remembered = new RememberedRooms(options.rememberedRooms ?? 0);
  /** Presence and all rooms, as far as they are open. */
  const open = new Set<PresenceClient | Room>();
  let presence: PresenceClient | undefined;
  /** Whose the last connection was since the client was closed. */
  let userId: string | undefined;

  const shared = {
    api,
    getToken,
    diagnosis,
    onSignedOut: (reason?: string) => options.onSignedOut?.(reason),
    onUser: (id: string) => void (userId = id),
    openSocket: (path: string, token: string | undefined) => {
      const protocols = token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, BEARER_PREFIX + token];
      return new WebSocket(origin.replace(/^http/, "ws") + path, protocols);
    },
  };

  const newPresence = () => {
    const created: PresenceClient = new PresenceClient({
      ...shared,
      onOpen: () => open.add(created),
      onClose: () => open.delete(created),
    });
    open.add(created);
    return created;
  };

  const newRoom = (threadId: string) => {
    const created = createRoom({
      ...shared,
      threadId,
      storage,
      userId: () => userId,
      onRead: (seq) => presence?.seen(created.getSnapshot().thread?.id ?? threadId, seq),
      onRelease: () => remembered.add(created),
      onOpen: () => {
        open.add(created);
        remembered.remove(created);
      },
      onClose: () => open.delete(created),
    });
    open.add(created);
    rooms.set(threadId, new WeakRef(created));
    return created;
  };

  return {
    session: createSession(request),
    api,
    request,
    presence: () => {
      presence ??= newPresence();
      presence.open();
      return presence;
    },
    thread: (threadId) => {
      const room = rooms.get(threadId)?.deref() ?? newRoom(threadId);
      room.open();
      return room;
    },
    signedIn: () => {
      for (const store of open) {
        if (store.getSnapshot().connection === "signed_out") store.reconnect();
      }
    },
    close: () => {
      for (const store of new Set(open)) store.close();
      remembered.clear();
      userId = undefined;
      storage?.close();
    },
  };
}

function lilypadUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new TypeError(`The \`url\` of createClient begins with https:// or http://, unlike ${url}`);
}

function pageUrl(): string {
  // Without a browser's types: the published client is also compiled where there are none.
  const { location } = globalThis as unknown as { location?: { href: string } };
  if (!location) throw new TypeError("createClient() needs a `url` where there is no page.");
  return location.href;
}
