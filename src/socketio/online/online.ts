/**
 * A connected session is a tab of its user at Presence: they are online while it is there, and it gets what concerns them
 * whatever rooms it is in. The other side is src/presence/socketio-tabs.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { SOCKETIO_PONG_MS } from "../../protocol/limits.ts";
import type { User, UserPresence } from "../../protocol/model.ts";
import type { RoomName } from "../../protocol/socketio/room-names.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { callForValue } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import type { BatchCursor, OpenedTab, TabBatch, TabEvent, TabHolderRpc } from "../../rpc/socketio-tabs.ts";
import type { Engine } from "../engine/engine.ts";
import type { CloseReason } from "../engine/engine-options.ts";
import type { EventSender, UnfinishedPacket } from "../events/event-sender.ts";
import type { ClientSession, SessionData } from "../session-data.ts";
import { ClosedTabs } from "./closed-tabs.ts";
import { SessionTabs } from "./session-tabs.ts";
import { packetOf, type ClientEvent } from "./tab-events.ts";

export interface OnlineParts {
  env: Env;
  shard: number;
  alarm: AlarmScheduler;
  engine: Pick<Engine<SessionData>, "sessions" | "save" | "close">;
  sender: EventSender;
  /** By what name a session joined a thread's room; undefined where it did not. */
  roomName: (session: ClientSession, threadId: string) => RoomName | undefined;
  /** Disconnects a client, so that it does not come back by itself. */
  disconnect: (session: ClientSession) => void;
  revoked: (event: Extract<TabEvent, { type: "revoked" }>) => void;
}

/** A session that is connecting: what it is to be sent once it has. */
interface Connecting {
  opened?: OpenedTab;
  isAnswered: boolean;
  /** When its client was last heard of, where it has gone meanwhile. */
  goneAt?: number;
  events: { cursor: BatchCursor; packet: UnfinishedPacket }[];
}

export class Online implements TabHolderRpc {
  readonly #parts: OnlineParts;
  readonly #tabs: SessionTabs;
  readonly #closed: ClosedTabs;
  readonly #connecting = new Map<ClientSession, Connecting>();
  /** By session with a `watch` on its way: of whom it was sent the status since, by which batch. */
  readonly #watching = new Map<ClientSession, Map<string, BatchCursor>>();
  /** By Presence shard. */
  readonly #received = new Map<number, BatchCursor>();

  constructor(sql: SqlStorage, parts: OnlineParts) {
    const { env, shard, alarm, engine } = parts;
    this.#parts = parts;
    this.#tabs = new SessionTabs(engine.sessions());
    this.#closed = new ClosedTabs(sql, { env, shard, alarm, tabs: this.#tabs });
  }

  /** To be called when the object starts and knows its alarm. */
  resume(now: number): void {
    this.#closed.resume(now);
    // Evicted while it was connecting: no answer will come.
    for (const session of this.#tabs.all()) if (!session.data.caller) this.#parts.engine.close(session);
  }

  /** A user connects: the session is a tab from now on. Returns the profile that counts. */
  async connecting(session: ClientSession, caller: Caller): Promise<User> {
    const { env, shard, engine } = this.#parts;
    const { id: userId } = caller.user;
    const { id, life } = this.#tabs.open(session, userId, Date.now());
    const connecting: Connecting = { isAnswered: false, events: [] };
    this.#connecting.set(session, connecting);
    engine.save(session);
    this.#closed.opening(userId);
    try {
      const answer = await callForValue(
        () => presenceStubOf(env, userId),
        (presence) => presence.connecting(caller, { id, shard, life }),
      );
      if (!("user" in answer)) return answer;
      connecting.opened = answer;
      return answer.user;
    } catch (error) {
      // Refused; or whether it is a tab is not known.
      const isRefused = error instanceof LilypadError && error.code !== "unavailable";
      if (isRefused) this.#forget(session);
      else connecting.goneAt ??= Date.now();
      throw error;
    } finally {
      connecting.isAnswered = true;
      if (connecting.goneAt !== undefined) this.#close(session, connecting.goneAt);
    }
  }

  /** The client was sent that it is connected. */
  connected(session: ClientSession): void {
    const connecting = this.#connecting.get(session);
    this.#connecting.delete(session);
    if (!connecting?.opened) return;
    const { unreadThreads, asOf } = connecting.opened;
    this.#send(session, packetOf({ type: "unread_count", count: unreadThreads }));
    for (const { cursor, packet } of connecting.events)
      if (isLater(cursor, asOf)) this.#send(session, packet);
  }

  /** The client has disconnected, its session has ended, or it could not connect in the end. */
  closed(session: ClientSession, reason?: CloseReason): void {
    const { pongDueAt } = session.record;
    const isLost = reason === "ping timeout" && pongDueAt > 0;
    const goneAt = isLost ? pongDueAt - SOCKETIO_PONG_MS : Date.now();
    const connecting = this.#connecting.get(session);
    if (connecting && !connecting.isAnswered) connecting.goneAt ??= goneAt;
    else this.#close(session, goneAt);
  }

  /** The same of a session whose connection closed while the object slept. */
  closedAsleep({ tab }: SessionData): void {
    if (tab) this.#closed.closed({ userId: tab.userId, tabId: tab.id, lastSeenAt: Date.now() });
  }

  /** A client sent something. */
  heard(session: ClientSession): void {
    this.#tabs.heard(session, Date.now());
  }

  /** Replaces whom a session subscribes to. The status of those of them whom its user may see. */
  async watch(session: ClientSession, userIds: string[]): Promise<UserPresence[]> {
    const { tab } = session.data;
    if (!tab) return [];
    const sent = new Map<string, BatchCursor>();
    this.#watching.set(session, sent);
    try {
      const { presence, asOf } = await callForValue(
        () => presenceStubOf(this.#parts.env, tab.userId),
        (shard) => shard.watchFrom(tab.userId, tab.id, userIds),
      );
      return presence.filter(({ userId }) => {
        const cursor = sent.get(userId);
        return !cursor || !isLater(cursor, asOf);
      });
    } finally {
      this.#watching.delete(session);
    }
  }

  // --- for Presence shards

  async sendToTabs({ presenceShard, cursor, deliveries }: TabBatch): Promise<void> {
    const last = this.#received.get(presenceShard);
    if (last && !isLater(cursor, last)) return;
    this.#received.set(presenceShard, cursor);
    for (const { userIds = [], tabIds = [], event } of deliveries) {
      const ofUsers = userIds.flatMap((userId) => this.#tabs.ofUser(userId));
      const ofTabs = tabIds.flatMap((tabId) => this.#tabs.withId(tabId) ?? []);
      this.#deliver([...ofUsers, ...ofTabs], cursor, event);
    }
  }

  async tabsHeardAt(userId: string): Promise<Record<string, number>> {
    const sessions = this.#tabs.ofUser(userId);
    return Object.fromEntries(
      sessions.map((session) => [session.data.tab?.id ?? "", this.#tabs.heardAt(session)]),
    );
  }

  // --- within

  #deliver(sessions: readonly ClientSession[], cursor: BatchCursor, event: TabEvent): void {
    if (event.type === "revoked") this.#parts.revoked(event);
    else if (event.type === "replaced") for (const session of sessions) this.#parts.disconnect(session);
    else this.#sendEvent(sessions, cursor, event);
  }

  /** The packet is made once for each name that they have for its thread, however many sessions get it. */
  #sendEvent(sessions: readonly ClientSession[], cursor: BatchCursor, event: ClientEvent): void {
    const packets = new Map<RoomName | undefined, UnfinishedPacket>();
    for (const session of sessions) {
      const room = "threadId" in event ? this.#parts.roomName(session, event.threadId) : undefined;
      const packet = packets.get(room) ?? packetOf(event, room);
      packets.set(room, packet);
      if (event.type === "presence") this.#watching.get(session)?.set(event.userId, cursor);
      const connecting = this.#connecting.get(session);
      if (connecting) connecting.events.push({ cursor, packet });
      else this.#send(session, packet);
    }
  }

  #send(session: ClientSession, packet: UnfinishedPacket): void {
    // Until its transport closes it gets nothing more.
    if ((session.data.caller?.expiresAt ?? 0) > Date.now()) this.#parts.sender.send(session, packet);
  }

  #close(session: ClientSession, lastSeenAt: number): void {
    const tab = this.#forget(session);
    if (tab) this.#closed.closed({ userId: tab.userId, tabId: tab.id, lastSeenAt });
  }

  #forget(session: ClientSession) {
    this.#connecting.delete(session);
    const tab = this.#tabs.close(session);
    if (tab && !session.isClosed) this.#parts.engine.save(session);
    return tab;
  }
}

/** Whether a batch is later than what is as of a cursor. From another memory of the shard it is taken for later. */
function isLater(batch: BatchCursor, asOf: BatchCursor): boolean {
  return batch.memoryId !== asOf.memoryId || batch.no > asOf.no;
}
