/** What becomes of a session: its client connects, sends, disconnects and is gone; and this side ends it. */
import { failureOf, LilypadError, type CloseCode, type ErrorCode } from "../protocol/errors.ts";
import { failed } from "../rpc/result.ts";
import { refusalBy, type Revocation } from "../rpc/revocation.ts";
import { RecentRevocations } from "../sockets/recent-revocations.ts";
import type { Engine } from "./engine/engine.ts";
import type { CloseReason } from "./engine/engine-options.ts";
import type { Packet } from "./engine/packets.ts";
import type { EventSender } from "./events/event-sender.ts";
import type { Online } from "./online/online.ts";
import type { ConnectError, Namespaces } from "./packets/namespaces.ts";
import { MAIN } from "./packets/packet.ts";
import type { ClientSessions, SessionIds } from "./recovery/client-sessions.ts";
import type { Recovery } from "./recovery/recovery.ts";
import type { RoomMember } from "./rooms/room-member.ts";
import type { Rooms } from "./rooms/rooms.ts";
import type { ClientSession, SessionData } from "./session-data.ts";
import type { SessionEnds } from "./session-ends.ts";
import { signIn } from "./sign-in.ts";

export interface SessionLifecycleParts {
  engine: Engine<SessionData>;
  namespaces: Namespaces<SessionData>;
  sessions: ClientSessions;
  sender: EventSender;
  rooms: Rooms;
  recovery: Recovery;
  ends: SessionEnds;
  online: Online;
}

export class SessionLifecycle {
  readonly #env: Env;
  readonly #parts: SessionLifecycleParts;
  readonly #revocations = new RecentRevocations();

  constructor(env: Env, parts: SessionLifecycleParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** A message of its client's came. */
  receive(session: ClientSession, message: Packet): void {
    const { ends, engine, online, namespaces } = this.#parts;
    if (ends.hasEnded(session, Date.now())) return engine.close(session);
    online.heard(session);
    namespaces.receive(session, message);
  }

  /** Its client connects: the ids that it is to have, or why it is refused. */
  async connect(
    session: ClientSession,
    auth: Record<string, unknown> | undefined,
  ): Promise<SessionIds | ConnectError> {
    const { online, recovery } = this.#parts;
    try {
      const caller = await signIn(this.#env, session.data.credentials, auth, (verified) =>
        online.connecting(session, verified),
      );
      // Meanwhile.
      const refusal = this.#revocations.refusal(caller.user.id, caller, Date.now());
      if (refusal) throw refusal;
      session.data.caller = caller;
      // Who signs in by a token of their own may change their cookie.
      if (usesToken(session, auth)) delete session.data.openedBy;
      return await recovery.connect(session, caller, auth);
    } catch (error) {
      delete session.data.caller;
      online.closed(session);
      if (!(error instanceof LilypadError)) failed(error);
      const { code, message } = failureOf(error);
      return { message, data: { code } };
    }
  }

  /** Its client was sent that it is connected. */
  connected(session: ClientSession): void {
    this.#parts.ends.connected(session, Date.now());
    this.#parts.recovery.connected(session);
    this.#parts.online.connected(session);
  }

  /** Its client disconnects, and may connect again over the same transport: as another session. */
  disconnected(session: ClientSession): void {
    this.#parts.sessions.ended(session);
    this.#parts.rooms.leaveAll(session.sid);
    this.#parts.online.closed(session);
    delete session.data.caller;
  }

  /** Its connection is gone, and its client may come back for it, unless it broke the protocol. */
  closed(session: ClientSession, reason: CloseReason): void {
    const { namespaces, sessions, sender, rooms, online } = this.#parts;
    namespaces.closed(session);
    if (reason === "parse error") sessions.ended(session);
    else sessions.lost(session);
    sender.drop(session);
    rooms.leaveAll(session.sid);
    online.closed(session, reason);
  }

  /** It was put out of a room. */
  removed({ session, name }: RoomMember, code: CloseCode, reason: string): void {
    this.#parts.namespaces.emit(session, MAIN, "left", { room: name, reason, code: LEFT_CODES[code] });
  }

  /** Something of a user was revoked: those of their sessions that are refused by it end. */
  revoked(userId: string, revocation: Revocation): void {
    const now = Date.now();
    this.#revocations.note(userId, revocation, now);
    for (const session of this.#parts.engine.sessions()) {
      const { caller } = session.data;
      if (caller?.user.id === userId && refusalBy(caller, revocation, now)) this.end(session);
    }
  }

  /** Disconnects its client, which then does not come back by itself. */
  disconnect(session: ClientSession): void {
    this.#parts.namespaces.disconnect(session, MAIN);
  }

  /** The same, and closes its connection. */
  dismiss(session: ClientSession): void {
    this.disconnect(session);
    this.#parts.engine.close(session);
  }

  /** Ends it for good. Its client comes back by itself, and signs in again. */
  end(session: ClientSession): void {
    this.#parts.sessions.ended(session);
    this.#parts.engine.close(session);
  }
}

/** Why a client was put out of a room. */
const LEFT_CODES: Partial<Record<CloseCode, ErrorCode>> = { 4003: "forbidden", 4004: "not_found" };

/** Whether it is a token of the client's own that counts. */
function usesToken({ data }: ClientSession, auth: Record<string, unknown> | undefined): boolean {
  return !data.credentials.authorization && auth?.["token"] != null;
}
