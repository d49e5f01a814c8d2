/** Does each action as clients do it, and meters it. */
import type { Thread } from "../../../src/protocol/model.ts";
import { shardStub, threadStub } from "../../support/objects.ts";
import { unique, type Person } from "../../support/people.ts";
import { openThread, type TestSocket } from "../../support/socket.ts";
import { passTime, ring } from "../clock.ts";
import { averageOf, type Spent } from "../counts.ts";
import { meter } from "../meter.ts";
import type { Action } from "../month.ts";
import type { Use } from "../use.ts";
import { known, withToken, type Cast } from "./cast.ts";
import { openPage, openRoom, openTab, watch, type Page } from "./page.ts";

/** Enough that what is done once for many messages, such as storing senders' markers, counts with its share. */
const BURSTS = 120;
/** Between two things that have nothing to do with each other: an object would long be asleep. */
const PAUSE_MS = 30_000;
/** A socket that was lost for a moment has missed about so many events. */
const MISSED = 5;
const TOKEN_S = 600;
/** Sessions of a shard are ended together, in rounds. */
const SESSION_ROUND_MS = 30_000;
const OFFLINE_MS = 5_000;

export async function measuredActions(use: Use, cast: Cast): Promise<Record<Action, Spent>> {
  const stage = new Stage(use, cast);
  await stage.begin();
  return {
    threadMade: cast.made,
    message: await stage.message(),
    marker: await stage.marker(),
    typing: await stage.typing(),
    reaction: await stage.reaction(),
    edit: await stage.change((seq) => ({ type: "edit", seq, body: "edited" })),
    deletion: await stage.change((seq) => ({ type: "delete", seq })),
    ...(await stage.visit()),
    reconnect: await stage.reconnect(),
    tokenEnded: await stage.tokenEnded(),
    signIn: await stage.signIn(),
    search: await stage.search(),
    watchRound: await stage.watchRound(),
  };
}

class Stage {
  readonly #use: Use;
  readonly #here: Page[];
  readonly #sender: Page;
  readonly #visitor: Person;
  readonly #thread: Thread;
  readonly #path: string;

  constructor(use: Use, { here, visitor, thread }: Cast) {
    const [sender] = here;
    if (!sender) throw new Error("nobody is here");
    this.#use = use;
    this.#here = here;
    this.#sender = sender;
    this.#visitor = visitor;
    this.#thread = thread;
    this.#path = `/api/threads/${thread.id}`;
  }

  /** Somebody looks whether the visitor is here, so that their coming and going is told. */
  begin(): Promise<void> {
    return watch(this.#sender.tab, [this.#visitor.user.id]);
  }

  /** On average: by those who are here in turn, each burst told to Presence before the next. */
  async message(): Promise<Spent> {
    const bursts: Spent[] = [];
    for (let burst = 0; burst < BURSTS; burst++) {
      passTime(PAUSE_MS);
      const spent = await meter(async () => {
        for (let i = 0; i < this.#use.burst; i++) {
          await this.#send(this.#here[(burst + i) % this.#here.length] ?? this.#sender);
        }
        await this.#wake();
      });
      bursts.push(spent);
    }
    return averageOf(bursts, BURSTS * this.#use.burst);
  }

  /** Of one who has the thread open, until their page's badge shows it. */
  async marker(): Promise<Spent> {
    const reader = await this.#comes();
    passTime(PAUSE_MS);
    const seq = await this.#send(this.#sender);
    const spent = await this.#alone(async () => {
      reader.room.send({ type: "read", seq });
      await reader.tab.next("read", (event) => event.readSeq === seq);
    });
    await this.#goes(reader);
    return spent;
  }

  async typing(): Promise<Spent> {
    const reader = await this.#comes();
    const spent = await this.#alone(async () => {
      this.#sender.room.send({ type: "typing" });
      await reader.room.next("typing");
    });
    await this.#goes(reader);
    return spent;
  }

  async reaction(): Promise<Spent> {
    return this.#alone(() => this.#sender.room.ask({ type: "react", id: unique("r"), seq: 1, emoji: "👍" }));
  }

  /** Of the newest message: the dearest, since Presence is told too. */
  async change(command: (seq: number) => { type: string; [key: string]: unknown }): Promise<Spent> {
    passTime(PAUSE_MS);
    const seq = await this.#send(this.#sender);
    return this.#alone(async () => {
      await this.#sender.room.ask({ ...command(seq), id: unique("c") });
      await this.#wake();
    });
  }

  /** A page is opened and a thread on it, a page of its history; and both are closed again. */
  async visit() {
    const opening = Promise.withResolvers<Pick<Page, "who" | "tab">>();
    const pageOpened = await this.#alone(async () => opening.resolve(await openPage(this.#visitor)));
    const entering = Promise.withResolvers<TestSocket>();
    const threadOpened = await this.#alone(async () =>
      entering.resolve(await openRoom(this.#visitor, this.#thread)),
    );
    const page = { ...(await opening.promise), room: await entering.promise };
    const historyPage = await this.#alone(() =>
      this.#visitor.call("GET", `${this.#path}/messages?before=60`),
    );
    const threadLeft = await this.#alone(() => this.#leaves(page));
    const pageClosed = await this.#alone(() => this.#closes(page));
    return { pageOpened, threadOpened, historyPage, threadLeft, pageClosed };
  }

  /** Both sockets of a page are lost, and come back with what they missed. */
  async reconnect(): Promise<Spent> {
    const lost = await this.#comes();
    await this.#missing();
    const back = Promise.withResolvers<Page>();
    const spent = await this.#alone(async () => {
      lost.room.close();
      lost.tab.close();
      await Promise.all([lost.room.closed, lost.tab.closed]);
      back.resolve(await this.#resumes());
    });
    await this.#goes(await back.promise);
    return spent;
  }

  /** The session of both sockets ends: the shard wakes for it, the thread when the page comes back with a new token. */
  async tokenEnded(): Promise<Spent> {
    const ending = await this.#comes(await withToken(this.#visitor.user, TOKEN_S));
    await this.#missing();
    passTime(TOKEN_S * 1_000 + SESSION_ROUND_MS);
    const back = Promise.withResolvers<Page>();
    const spent = await meter(async () => {
      await ring(this.#visitorsShard);
      await ending.tab.closed;
      back.resolve(await this.#resumes());
      await ending.room.closed;
    });
    await this.#goes(await back.promise);
    return spent;
  }

  signIn(): Promise<Spent> {
    return this.#alone(() => this.#visitor.call("POST", "/api/session"));
  }

  async search(): Promise<Spent> {
    for (let i = 0; i < 100; i++) await known("Searched");
    return this.#alone(() => this.#visitor.call("GET", "/api/users?q=searched"));
  }

  /** An alarm that finds nothing but that one of the shard's users is here and watched. */
  async watchRound(): Promise<Spent> {
    const page = await this.#comes();
    await ring(this.#visitorsShard);
    const spent = await this.#alone(() => ring(this.#visitorsShard));
    await this.#goes(page);
    return spent;
  }

  // --- within

  get #visitorsShard() {
    return shardStub(this.#visitor.user.id);
  }

  #wake(): Promise<boolean> {
    return ring(threadStub(this.#thread.id));
  }

  /** What `work` alone spends: what went before was told, and a while has passed. */
  async #alone(work: () => Promise<unknown>): Promise<Spent> {
    await this.#wake();
    passTime(PAUSE_MS);
    return meter(work);
  }

  async #send({ room }: Page): Promise<number> {
    const body = "x".repeat(this.#use["body-length"]);
    const answer = await room.ask({ type: "chat", id: unique("m"), body });
    if (answer.type !== "ack" || answer.seq === undefined) throw new Error("a message was refused");
    return answer.seq;
  }

  async #comes(visitor = this.#visitor): Promise<Page> {
    return { ...(await openPage(visitor)), room: await openRoom(visitor, this.#thread) };
  }

  /** Events that a lost socket will have missed, and that were told to Presence. */
  async #missing(): Promise<void> {
    passTime(PAUSE_MS);
    for (let i = 0; i < MISSED; i++) await this.#send(this.#sender);
    await this.#wake();
  }

  async #resumes(): Promise<Page> {
    const tab = await openTab(this.#visitor);
    const newest = this.#sender.room.events.findLast((event) => event.type === "chat")?.rev ?? 0;
    const room = await openThread(this.#visitor, this.#thread.id, `${this.#thread.epoch}:${newest - MISSED}`);
    await room.next("chat", ({ rev }) => rev === newest);
    return { who: this.#visitor, tab, room };
  }

  async #goes(page: Page): Promise<void> {
    await this.#leaves(page);
    await this.#closes(page);
  }

  async #leaves({ who, room }: Page): Promise<void> {
    room.close();
    await Promise.all([room.closed, this.#sender.room.next("leave", ({ userId }) => userId === who.user.id)]);
  }

  /** Closes the page, until those who watch its user know that they are gone. */
  async #closes({ tab }: Page): Promise<void> {
    tab.close();
    await tab.closed;
    passTime(OFFLINE_MS);
    await ring(this.#visitorsShard);
    await this.#sender.tab.next("presence", ({ status }) => status === "offline");
  }
}
