/** Performs each action as clients over Socket.IO do, and meters it: in a thread in which everybody uses it. */
import { vi } from "vitest";
import { SOCKETIO_PING_MS, SOCKETIO_SHARDS } from "../../../src/protocol/limits.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { eventually } from "../../support/eventually.ts";
import type { Person } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";
import { SocketIoTestSocket, socketIoStub } from "../../support/socketio.ts";
import { holdWaits, passTime, runAlarm } from "../clock.ts";
import { averageOf, noOperations, type BilledOperations } from "../counts.ts";
import { meter } from "../meter.ts";
import type { Action } from "../month.ts";
import { watchTimers, type WatchedTimers } from "../timers.ts";
import type { Workload } from "../workload.ts";
import { createGroup, shardsOf, type Group } from "./participants.ts";

type SocketIoAction = Extract<Action, `socketIo${string}`>;

/** Enough that work done once for many messages counts with its share. */
const BURSTS = 120;
/** Between unrelated actions: long enough for an object to hibernate. */
const PAUSE_MS = 30_000;
/** Messages that a briefly lost session has missed. */
const MISSED = 5;

/** From here on the objects' waits are held. */
export async function socketIoActions(workload: Workload): Promise<Record<SocketIoAction, BilledOperations>> {
  holdWaits();
  const actions = new SocketIoMeter(workload, await createGroup(workload), watchTimers());
  await actions.begin();
  return {
    socketIoMessage: await actions.message(),
    ...(await actions.visit()),
    socketIoMarker: await actions.marker(),
    socketIoTyping: await actions.typing(),
    socketIoReconnect: await actions.reconnect(),
    ...(await actions.heartbeat()),
  };
}

class SocketIoMeter {
  readonly #workload: Workload;
  readonly #timers: WatchedTimers;
  readonly #present: readonly Person[];
  readonly #visitor: Person;
  readonly #thread: Thread;
  #sessions: SocketIoTestSocket[] = [];

  constructor(workload: Workload, { present, visitor, thread }: Group, timers: WatchedTimers) {
    this.#workload = workload;
    this.#present = present;
    this.#visitor = visitor;
    this.#thread = thread;
    this.#timers = timers;
  }

  /** Opens the sessions that are in the room all the time, in as many objects as they are on average. */
  async begin(): Promise<void> {
    const shards = shardsOf(this.#present.length, SOCKETIO_SHARDS);
    for (const [i, who] of this.#present.entries()) {
      const session = await connect(who, i % shards);
      await session.ask("join", this.#room);
      this.#sessions.push(session);
    }
    await this.#settled();
  }

  async message(): Promise<BilledOperations> {
    const bursts: BilledOperations[] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      passTime(PAUSE_MS);
      const operations = await meter(async () => {
        for (let i = 0; i < this.#workload.burst; i++) await this.#send(burst + i);
        await this.#runThreadAlarm();
      });
      bursts.push(operations);
    }
    await this.#settled();
    return averageOf(bursts, BURSTS * this.#workload.burst);
  }

  /** Opens a session, joins the room, leaves it, and closes the session. */
  async visit() {
    const opening = Promise.withResolvers<SocketIoTestSocket>();
    const socketIoOpened = await this.#meter(async () => opening.resolve(await connect(this.#visitor, 0)));
    const session = await opening.promise;
    // The thread lets the session in, and is sent how many are there.
    const socketIoJoined = await this.#meter(() => session.ask("join", this.#room), { threadCalls: 2 });
    const socketIoLeft = await this.#meter(() => session.ask("leave", this.#room), { threadCalls: 1 });
    const socketIoClosed = await this.#meter(() => closed(session));
    return { socketIoOpened, socketIoJoined, socketIoLeft, socketIoClosed };
  }

  async marker(): Promise<BilledOperations> {
    const reader = await this.#open();
    passTime(PAUSE_MS);
    const seq = await this.#send();
    const operations = await this.#meter(() => reader.ask("read", { ...this.#room, seq }));
    await closed(reader);
    return operations;
  }

  async typing(): Promise<BilledOperations> {
    const reader = await this.#open();
    const operations = await this.#meter(async () => {
      await this.#sender.ask("typing", this.#room);
      await reader.nextEvent("typing");
    });
    await closed(reader);
    return operations;
  }

  /** A session is lost, and its client comes back and joins the room again from its cursor. */
  async reconnect(): Promise<BilledOperations> {
    const lost = await connect(this.#visitor, 0);
    const { cursor } = await lost.ask<{ cursor: string }>("join", this.#room);
    await this.#settled();
    for (let i = 0; i < MISSED; i++) await this.#send();
    const operations = await this.#meter(
      async () => {
        await closed(lost);
        const back = await connect(this.#visitor, 0);
        await back.ask("join", { ...this.#room, cursor });
        this.#sessions.push(back);
      },
      { threadCalls: 2 },
    );
    return operations;
  }

  /** A round of heartbeats of one object; what each session adds to it is counted by itself. */
  async heartbeat() {
    const shard = socketIoStub(this.#sender.sid);
    const sessions = this.#sessions.filter(({ sid }) => sid[0] === this.#sender.sid[0]).length;
    await this.#settled();
    passTime(SOCKETIO_PING_MS);
    const round = await meter(async (soFar) => {
      await runAlarm(shard);
      await happened(() => soFar.socketIo.frames, sessions);
    });
    const pong = noOperations();
    pong.socketIo.frames = 1;
    return {
      socketIoHeartbeat: { ...round, socketIo: { ...round.socketIo, frames: 0 } },
      socketIoPong: pong,
    };
  }

  get #room() {
    return { room: this.#thread.id };
  }

  get #sender(): SocketIoTestSocket {
    const [sender] = this.#sessions;
    if (!sender) throw new Error("nobody is in the room");
    return sender;
  }

  async #open(): Promise<SocketIoTestSocket> {
    const session = await connect(this.#visitor, 0);
    await session.ask("join", this.#room);
    return session;
  }

  /** Resolves when everybody in the room has the message. */
  async #send(turn = 0): Promise<number> {
    const sender = this.#sessions[turn % this.#sessions.length] ?? this.#sender;
    const content = "x".repeat(this.#workload["body-length"]);
    const { message } = await sender.ask<{ message: { seq: number } }>("chat", { ...this.#room, content });
    const chat = (frame: string) => frame.startsWith('42["chat"') && frame.includes(`"seq":${message.seq},`);
    await Promise.all(this.#sessions.map((session) => session.next(chat)));
    return message.seq;
  }

  #runThreadAlarm(): Promise<boolean> {
    return runAlarm(threadStub(this.#thread.id));
  }

  /** Lets everything happen that was caused. */
  async #settled(): Promise<void> {
    await this.#timers.quiet();
    await this.#runThreadAlarm();
    await this.#timers.quiet();
  }

  /** The operations of `work` alone, and of what it causes: in the thread so many calls at least. */
  async #meter(work: () => Promise<unknown>, { threadCalls = 0 } = {}): Promise<BilledOperations> {
    await this.#settled();
    passTime(PAUSE_MS);
    return meter(async (soFar) => {
      await work();
      const quiet = () => this.#timers.quiet();
      await happened(() => soFar.thread.calls, threadCalls, quiet);
      await quiet();
    });
  }
}

/** A session in this of the objects, among which chance decides. */
async function connect(who: Person, shard: number): Promise<SocketIoTestSocket> {
  const random = vi.spyOn(Math, "random").mockReturnValue((shard + 0.5) / SOCKETIO_SHARDS);
  try {
    return await SocketIoTestSocket.connect(who);
  } finally {
    random.mockRestore();
  }
}

/** Resolves when something has been counted so many times. */
function happened(count: () => number, times: number, before = async () => {}): Promise<void> {
  return eventually(async () => {
    await before();
    if (count() < times) throw new Error(`it was counted ${count()} times, not ${times}`);
  });
}

async function closed(session: SocketIoTestSocket): Promise<void> {
  session.close();
  await session.closed;
}
