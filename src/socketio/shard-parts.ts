/** The parts of a shard of Socket.IO sessions: how they are made, what each is given of the others, and the engine's settings. */
import { ReactionNames } from "../config/reaction-names.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import {
  ENGINE_PACKETS_BETWEEN_PINGS,
  SOCKETIO_ATTACHMENTS,
  SOCKETIO_CONNECT_MS,
  SOCKETIO_IDLE_PACKETS,
  SOCKETIO_PAYLOAD_BYTES,
  SOCKETIO_PING_MS,
  SOCKETIO_PONG_MS,
} from "../protocol/limits.ts";
import { socketIoShardNumber } from "../rpc/socketio.ts";
import { ClientCommands } from "./commands/client-commands.ts";
import { Engine } from "./engine/engine.ts";
import { EventSender, unfinishedPacket } from "./events/event-sender.ts";
import { roomEvent } from "./events/room-events.ts";
import { Online } from "./online/online.ts";
import { Namespaces } from "./packets/namespaces.ts";
import { MAIN } from "./packets/packet.ts";
import { ClientSessions } from "./recovery/client-sessions.ts";
import { Recovery } from "./recovery/recovery.ts";
import { Rooms } from "./rooms/rooms.ts";
import type { SessionData } from "./session-data.ts";
import { SessionEnds } from "./session-ends.ts";
import { SessionLifecycle } from "./session-lifecycle.ts";

export type SocketIoParts = ReturnType<typeof socketIoParts>;

/** Makes the parts, and registers their duties with the alarm. */
export function socketIoParts(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler) {
  const shard = socketIoShardNumber(ctx.id);
  const { sql } = ctx.storage;
  const engine = new Engine<SessionData>(
    ctx,
    alarm,
    {
      shard,
      pingIntervalMs: SOCKETIO_PING_MS,
      pingTimeoutMs: SOCKETIO_PONG_MS,
      // All in one round, so that there is one alarm for them.
      pingTogetherMs: SOCKETIO_PING_MS,
      maxPayload: SOCKETIO_PAYLOAD_BYTES,
      upgradeTimeoutMs: SOCKETIO_CONNECT_MS,
      packetsBetweenPings: ENGINE_PACKETS_BETWEEN_PINGS,
      hibernates: true,
    },
    {
      onOpen: (session) => namespaces.opened(session),
      onMessage: (session, message) => lifecycle.receive(session, message),
      onClose: (session, reason) => lifecycle.closed(session, reason),
      onClosedAsleep: ({ data }) => online.closedAsleep(data),
    },
  );
  const namespaces: Namespaces<SessionData> = new Namespaces<SessionData>({
    engine: () => engine,
    connectTimeoutMs: SOCKETIO_CONNECT_MS,
    idlePackets: SOCKETIO_IDLE_PACKETS,
    attachments: SOCKETIO_ATTACHMENTS,
    has: (namespace) => namespace === MAIN,
    connect: (session, _namespace, auth) => lifecycle.connect(session, auth),
    onConnected: (session) => lifecycle.connected(session),
    sendEvent: (session, data) => sender.send(session, unfinishedPacket(data)),
    onDisconnected: (session) => lifecycle.disconnected(session),
    onEvent: (session, event) => commands.receive(session, event),
  });
  const ends = new SessionEnds(alarm, engine);
  const reactionNames = new ReactionNames(env);
  const sessions: ClientSessions = new ClientSessions(sql, alarm, {
    shard,
    connection: (engineSid) => engine.session(engineSid),
    roomsOf: (engineSid) => rooms.of(engineSid),
  });
  const sender: EventSender = new EventSender({
    engine: () => engine,
    offsetOf: (session) => sessions.offsetOf(session),
  });
  const online: Online = new Online(sql, {
    env,
    shard,
    alarm,
    engine,
    sender,
    roomName: ({ sid }, threadId) => rooms.membership(sid, threadId)?.name,
    disconnect: (session) => lifecycle.disconnect(session),
    revoked: ({ userId, revocation }) => lifecycle.revoked(userId, revocation),
  });
  const rooms: Rooms = new Rooms({
    env,
    shard,
    sessions,
    packetOf: (event, threadId, room) => {
      const data = roomEvent(event, threadId, room, reactionNames);
      return data && unfinishedPacket(data);
    },
    sendPacket: (member, packet, rev) => {
      if (rev !== undefined) sessions.sent(member, rev);
      sender.send(member.session, packet);
    },
    save: (session) => engine.save(session),
    reconnect: (session) => engine.close(session),
    onRemoved: (member, code, reason) => lifecycle.removed(member, code, reason),
    sweep: (now) => ends.end(now),
  });
  const recovery = new Recovery({
    env,
    shard,
    sessions,
    rooms,
    sender,
    close: (engineSid) => {
      const session = engine.session(engineSid);
      if (session) engine.close(session);
    },
  });
  const commands = new ClientCommands({
    reactionNames,
    env,
    end: (session) => lifecycle.end(session),
    dismiss: (session) => lifecycle.dismiss(session),
    save: (session) => engine.save(session),
    rooms,
    namespaces,
    online,
  });
  const lifecycle: SessionLifecycle = new SessionLifecycle(env, {
    engine,
    namespaces,
    sessions,
    sender,
    rooms,
    recovery,
    ends,
    online,
  });
  return { engine, rooms, recovery, online, lifecycle };
}
