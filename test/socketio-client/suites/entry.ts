/**
 * What the public protocol suites of Engine.IO and Socket.IO are run against: the same engine and packets as Lilypad's, with
 * the suites' short intervals, and an echo to anyone instead of the chat.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../../../src/durable/alarm-scheduler.ts";
import type { EngineAnswer, SocketIoRpc } from "../../../src/rpc/socketio.ts";
import { shardRequestIn } from "../../../src/rpc/socketio.ts";
import type { Stub } from "../../../src/rpc/call.ts";
import { Engine } from "../../../src/socketio/engine/engine.ts";
import type { Packet } from "../../../src/socketio/engine/packets.ts";
import type { EngineSession } from "../../../src/socketio/engine/engine-session.ts";
import { Namespaces, type ConnectedNamespaces } from "../../../src/socketio/packets/namespaces.ts";
import { TYPE } from "../../../src/socketio/packets/packet.ts";
import { engineRequest } from "../../../src/worker/engine-request.ts";

interface EchoEnv {
  ENGINE: DurableObjectNamespace;
  SOCKETS: DurableObjectNamespace;
}

const PAYLOAD_BYTES = 1_000_000;

const options = {
  shard: 0,
  pingIntervalMs: 300,
  pingTimeoutMs: 200,
  pingTogetherMs: 0,
  maxPayload: PAYLOAD_BYTES,
  upgradeTimeoutMs: 1_000,
  packetsBetweenPings: 20,
  // A hibernatable socket that an alarm closes, closes some ten seconds late.
  hibernates: false,
};

type EchoSession = EngineSession<ConnectedNamespaces>;

/** Sends back every message of Engine.IO. */
export class EchoEngine extends DurableObject<EchoEnv> {
  readonly #alarm = new AlarmScheduler(this.ctx.storage);
  protected readonly engine: Engine<ConnectedNamespaces> = new Engine(this.ctx, this.#alarm, options, {
    onOpen: (session) => this.onOpen(session),
    onMessage: (session, message) => this.onMessage(session, message),
    onClose: (session) => this.onClose(session),
  });

  openPolling(): EngineAnswer {
    return { status: 200, body: this.engine.openPolling({ namespaces: {} }, Date.now()) };
  }

  receive(sid: string, body: string): EngineAnswer {
    return this.engine.receive(sid, body, Date.now());
  }

  override fetch(request: Request): Response {
    const asked = shardRequestIn(request);
    if (asked.type === "open") return this.engine.openSocket({ namespaces: {} }, Date.now());
    if (asked.type === "probe") return this.engine.openProbe(asked.sid);
    const answered = this.engine.poll(asked.sid, Date.now());
    return answered instanceof Response ? answered : new Response(answered.body, { status: answered.status });
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  protected onOpen(_session: EchoSession): void {}
  protected onClose(_session: EchoSession): void {}
  protected onMessage(session: EchoSession, message: Packet): void {
    this.engine.send(session, message);
  }
}

/** Sends back every event of Socket.IO. */
export class EchoSockets extends EchoEngine {
  readonly #namespaces: Namespaces<ConnectedNamespaces> = new Namespaces({
    engine: () => this.engine,
    connectTimeoutMs: 1_000,
    idlePackets: 20,
    attachments: 10,
    has: (namespace) => namespace === "/" || namespace === "/custom",
    connect: () => Promise.resolve({ sid: crypto.randomUUID() }),
    onConnected: (session, namespace, auth) => this.#namespaces.emit(session, namespace, "auth", auth ?? {}),
    onDisconnected: () => {},
    onEvent: (session, { namespace, name, args, acknowledge, attachments }) => {
      if (name !== "message") return acknowledge?.(args, attachments);
      const data = ["message-back", ...args] satisfies [string, ...unknown[]];
      if (attachments.length === 0) this.#namespaces.emit(session, namespace, ...data);
      else this.#namespaces.sendBinary(session, { type: TYPE.binaryEvent, namespace, data }, attachments);
    },
  });

  protected override onOpen(session: EchoSession): void {
    this.#namespaces.opened(session);
  }

  protected override onClose(session: EchoSession): void {
    this.#namespaces.closed(session);
  }

  protected override onMessage(session: EchoSession, message: Packet): void {
    this.#namespaces.receive(session, message);
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const objects = pathname === "/engine.io/" ? env.ENGINE : env.SOCKETS;
    return engineRequest(request, {
      shard: () => objects.getByName("echo") as unknown as Stub<SocketIoRpc>,
      newShard: () => 0,
      credentialsOf: () => Promise.resolve({}),
      askerOf: () => Promise.resolve(null),
      countPost: () => Promise.resolve(),
      countUnknown: () => Promise.resolve(),
      maxPayload: PAYLOAD_BYTES,
    });
  },
} satisfies ExportedHandler<EchoEnv>;
