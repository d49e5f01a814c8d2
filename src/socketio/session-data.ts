/** What Lilypad keeps of a Socket.IO session, through an eviction: a few hundred bytes, in the attachment of its socket. */
import type { Caller } from "../rpc/caller.ts";
import { userIdOfCredentials, type SessionCredentials } from "../rpc/socketio.ts";
import type { EngineSession } from "./engine/engine-session.ts";
import type { ConnectedNamespaces } from "./packets/namespaces.ts";

export interface SessionData extends ConnectedNamespaces {
  /** What the request that opened the session carried. */
  credentials: SessionCredentials;
  /** The user of the credential that opened the session and counts: nobody else's requests are of this session. */
  openedBy?: string | undefined;
  /** How many bad events came in a row. */
  refused?: number;
  /** Who is connected. */
  caller?: Caller;
  /** The tab that it is at Presence, from when it connects. */
  tab?: SessionTab;
  /** The rooms for all of whose sockets here this one keeps up to which rev they have been delivered (`carriedKey`). */
  carried: Record<string, number>;
}

/** The tab of its user that a session is at Presence (online/). */
export interface SessionTab {
  id: string;
  userId: string;
  /** Of the shard, when the session connected: a crash ends all sessions, so that those that are there say which life it is. */
  life: string;
  /** When the session connected, in milliseconds since the epoch. */
  openedAt: number;
}

export type ClientSession = EngineSession<SessionData>;

/**
 * By what a session keeps a room that it carries: enough of the thread's id to tell its own rooms apart, and short, since 500
 * of them share the 16,384 bytes of an attachment with the rest.
 */
export function carriedKey(threadId: string): string {
  return threadId.slice(0, 12);
}

/** What is kept of a session that a request opens. Where it carried a header, its cookie never counts. */
export function newSessionData({ authorization, cookie }: SessionCredentials): SessionData {
  const credentials = authorization ? { authorization } : { cookie };
  const openedBy = userIdOfCredentials(credentials);
  return { namespaces: {}, credentials, carried: {}, ...(openedBy !== undefined && { openedBy }) };
}
