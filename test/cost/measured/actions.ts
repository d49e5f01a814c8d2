/** Performs each action as clients do, and meters it. */
import type { Thread } from "../../../src/protocol/model.ts";
import { shardStub, threadStub } from "../../support/objects.ts";
import { unique, type Person } from "../../support/host-users.ts";
import { openThread, type TestSocket } from "../../support/socket.ts";
import { passTime, runAlarm } from "../clock.ts";
import { averageOf, type BilledOperations } from "../counts.ts";
import { meter } from "../meter.ts";
import type { Action } from "../month.ts";
import type { Workload } from "../workload.ts";
import { signedInUser, withToken, type Participants } from "./participants.ts";
import { openPage, openRoom, openPresenceTab, subscribe, type OpenPage } from "./page.ts";

/** Enough that work done once for many messages, such as storing senders' read markers, counts with its share. */
const BURSTS = 120;
/** Between unrelated actions: long enough for an object to hibernate. */
const PAUSE_MS = 30_000;
/** Events that a briefly lost socket has missed. */
const MISSED = 5;
const TOKEN_S = 600;
/** A shard ends expired sessions in rounds of this length. */
const SESSION_ROUND_MS = 30_000;
const OFFLINE_MS = 5_000;

/** Those over plain sockets and HTTP. */
type PlainAction = Exclude<Action, `socketIo${string}`>;

export async function measuredActions(
  workload: Workload,
  participants: Participants,
): Promise<Record<PlainAction, BilledOperations>> {
  const actionMeter = new ActionMeter(workload, participants);
  await actionMeter.begin();
  return {
    threadCreated: participants.creation,
    message: await actionMeter.message(),
    marker: await actionMeter.marker(),
    typing: await actionMeter.typing(),
    reaction: await actionMeter.reaction(),
    edit: await actionMeter.change((seq) => ({ type: "edit", seq, body: "edited" })),
    deletion: await actionMeter.change((seq) => ({ type: "delete", seq })),
    ...(await actionMeter.visit()),
    reconnect: await actionMeter.reconnect(),
    tokenExpired: await actionMeter.tokenExpired(),
    signIn: await actionMeter.signIn(),
    search: await actionMeter.search(),
    statusCheck: await actionMeter.statusCheck(),
  };
}

class ActionMeter {
  readonly #workload: Workload;
  readonly #openPages: OpenPage[];
  readonly #sender: OpenPage;
  readonly #visitor: Person;
  readonly #thread: Thread;
  readonly #path: string;

  constructor(workload: Workload, { openPages, visitor, thread }: Participants) {
    const [sender] = openPages;
    if (!sender) throw new Error("no page has the thread open");
    this.#workload = workload;
    this.#openPages = openPages;
    this.#sender = sender;
    this.#visitor = visitor;
    this.#thread = thread;
    this.#path = `/api/threads/${thread.id}`;
  }

  /** Subscribes to the visitor's status, so that its changes are sent. */
  begin(): Promise<void> {
    return subscribe(this.#sender.tab, [this.#visitor.user.id]);
  }

  /** Averaged over bursts of the open pages by turns; each burst is notified before the next. */
  async message(): Promise<BilledOperations> {
    const bursts: BilledOperations[] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      passTime(PAUSE_MS);
      const operations = await meter(async () => {
        for (let i = 0; i < this.#workload.burst; i++) {
          await this.#send(this.#openPages[(burst + i) % this.#openPages.length] ?? this.#sender);
        }
        await this.#runThreadAlarm();
      });
      bursts.push(operations);
    }
    return averageOf(bursts, BURSTS * this.#workload.burst);
  }

  /** Of a reader with the thread open, until their presence socket has the new unread count. */
  async marker(): Promise<BilledOperations> {
    const reader = await this.#open();
    passTime(PAUSE_MS);
    const seq = await this.#send(this.#sender);
    const operations = await this.#meter(async () => {
      reader.room.send({ type: "read", seq });
      await reader.tab.next("read", (event) => event.readSeq === seq);
    });
    await this.#close(reader);
    return operations;
  }

  async typing(): Promise<BilledOperations> {
    const reader = await this.#open();
    const operations = await this.#meter(async () => {
      this.#sender.room.send({ type: "typing" });
      await reader.room.next("typing");
    });
    await this.#close(reader);
    return operations;
  }

  async reaction(): Promise<BilledOperations> {
    return this.#meter(() => this.#sender.room.ask({ type: "react", id: unique("r"), seq: 1, emoji: "👍" }));
  }

  /** Of the newest message, which costs the most: its preview changes in Presence too. */
  async change(
    command: (seq: number) => { type: string; [key: string]: unknown },
  ): Promise<BilledOperations> {
    passTime(PAUSE_MS);
    const seq = await this.#send(this.#sender);
    return this.#meter(async () => {
      await this.#sender.room.ask({ ...command(seq), id: unique("c") });
      await this.#runThreadAlarm();
    });
  }

  /** Opens a page, a thread on it, and an older page of its history; then closes both. */
  async visit() {
    const opening = Promise.withResolvers<Pick<OpenPage, "user" | "tab">>();
    const pageOpened = await this.#meter(async () => opening.resolve(await openPage(this.#visitor)));
    const entering = Promise.withResolvers<TestSocket>();
    const threadOpened = await this.#meter(async () =>
      entering.resolve(await openRoom(this.#visitor, this.#thread)),
    );
    const page = { ...(await opening.promise), room: await entering.promise };
    const historyPage = await this.#meter(() =>
      this.#visitor.call("GET", `${this.#path}/messages?before=60`),
    );
    const threadLeft = await this.#meter(() => this.#closeRoom(page));
    const pageClosed = await this.#meter(() => this.#closePage(page));
    return { pageOpened, threadOpened, historyPage, threadLeft, pageClosed };
  }

  /** Both sockets of a page are lost and resume. */
  async reconnect(): Promise<BilledOperations> {
    const lost = await this.#open();
    await this.#sendMissed();
    const back = Promise.withResolvers<OpenPage>();
    const operations = await this.#meter(async () => {
      lost.room.close();
      lost.tab.close();
      await Promise.all([lost.room.closed, lost.tab.closed]);
      back.resolve(await this.#resume());
    });
    await this.#close(await back.promise);
    return operations;
  }

  /** The token of a page expires: the shard closes its socket by alarm, the thread when the page returns with a new token. */
  async tokenExpired(): Promise<BilledOperations> {
    const ending = await this.#open(await withToken(this.#visitor.user, TOKEN_S));
    await this.#sendMissed();
    passTime(TOKEN_S * 1_000 + SESSION_ROUND_MS);
    const back = Promise.withResolvers<OpenPage>();
    const operations = await meter(async () => {
      await runAlarm(this.#visitorsShard);
      await ending.tab.closed;
      back.resolve(await this.#resume());
      await ending.room.closed;
    });
    await this.#close(await back.promise);
    return operations;
  }

  signIn(): Promise<BilledOperations> {
    return this.#meter(() => this.#visitor.call("POST", "/api/session"));
  }

  async search(): Promise<BilledOperations> {
    for (let i = 0; i < 100; i++) await signedInUser("Searched");
    return this.#meter(() => this.#visitor.call("GET", "/api/users?q=searched"));
  }

  /** An alarm of a shard with a connected user whom another one is subscribed to, with nothing to send. */
  async statusCheck(): Promise<BilledOperations> {
    const page = await this.#open();
    await runAlarm(this.#visitorsShard);
    const operations = await this.#meter(() => runAlarm(this.#visitorsShard));
    await this.#close(page);
    return operations;
  }

  get #visitorsShard() {
    return shardStub(this.#visitor.user.id);
  }

  #runThreadAlarm(): Promise<boolean> {
    return runAlarm(threadStub(this.#thread.id));
  }

  /** The operations of `work` alone: earlier changes are notified before, and some time has passed. */
  async #meter(work: () => Promise<unknown>): Promise<BilledOperations> {
    await this.#runThreadAlarm();
    passTime(PAUSE_MS);
    return meter(work);
  }

  async #send({ room }: OpenPage): Promise<number> {
    const body = "x".repeat(this.#workload["body-length"]);
    const answer = await room.ask({ type: "chat", id: unique("m"), body });
    if (answer.type !== "ack" || answer.seq === undefined) throw new Error("a message was not acknowledged");
    return answer.seq;
  }

  async #open(visitor = this.#visitor): Promise<OpenPage> {
    return { ...(await openPage(visitor)), room: await openRoom(visitor, this.#thread) };
  }

  /** Sends the messages that a lost socket will have missed, and notifies Presence of them. */
  async #sendMissed(): Promise<void> {
    passTime(PAUSE_MS);
    for (let i = 0; i < MISSED; i++) await this.#send(this.#sender);
    await this.#runThreadAlarm();
  }

  async #resume(): Promise<OpenPage> {
    const tab = await openPresenceTab(this.#visitor);
    const newest = this.#sender.room.events.findLast((event) => event.type === "chat")?.rev ?? 0;
    const room = await openThread(this.#visitor, this.#thread.id, `${this.#thread.epoch}:${newest - MISSED}`);
    await room.next("chat", ({ rev }) => rev === newest);
    return { user: this.#visitor, tab, room };
  }

  async #close(page: OpenPage): Promise<void> {
    await this.#closeRoom(page);
    await this.#closePage(page);
  }

  async #closeRoom({ user, room }: OpenPage): Promise<void> {
    room.close();
    await Promise.all([
      room.closed,
      this.#sender.room.next("leave", ({ userId }) => userId === user.user.id),
    ]);
  }

  /** Closes the page; resolves when its user's subscribers have the status `offline`. */
  async #closePage({ tab }: OpenPage): Promise<void> {
    tab.close();
    await tab.closed;
    passTime(OFFLINE_MS);
    await runAlarm(this.#visitorsShard);
    await this.#sender.tab.next("presence", ({ status }) => status === "offline");
  }
}
