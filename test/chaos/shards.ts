/**
 * Raises the number of Presence shards as an operator does (a deployment, `npm run shards`, a deployment), while users
 * write and read, and while both the command and the server are killed.
 */
import { once } from "node:events";
import { CheckedThread } from "./shards/checked-thread.ts";
import { ClientUser } from "./shards/client-user.ts";
import { OPERATOR_SECRET, shardsOutcome, startShardsCommand } from "./shards/shards-command.ts";
import { ChangeNotifier, WaitTimeout } from "./support/change-notifier.ts";
import { defineProgram, type ProgramReport, type Row } from "./support/program.ts";
import { randomFrom, type Random } from "./support/random.ts";
import { Server } from "./support/server.ts";
import { signIn } from "./support/users.ts";

const SHARDS_BEFORE = 2;
const SHARDS_AFTER = 8;
const THREAD_SIZE = 6;
const SIGN_INS_AT_ONCE = 100;
/** Clients that write and read at the same time. */
const CONCURRENT_ACTIONS = 10;
/** Share of the actions that are messages; the others move read markers. */
const MESSAGE_SHARE = 0.6;

interface Settings {
  users: number;
  threads: number;
  bystanders: number;
  actions: number;
  kills: number;
  seed: number;
}

export const shards = defineProgram({
  name: "shards",
  summary:
    "Raises PRESENCE_SHARDS from 2 to 8 while users write and read, and kills the command and the server meanwhile: no notification, read marker or profile is lost.",
  duration: "about 1 min",
  options: {
    users: { kind: "number", default: 60, min: THREAD_SIZE, help: "users with an open tab, in threads" },
    threads: { kind: "number", default: 40, min: 1, help: "threads of six users each" },
    bystanders: { kind: "number", default: 4_000, help: "users who only signed in once" },
    actions: {
      kind: "number",
      default: 200,
      min: 1,
      help: "messages and read markers before the move, and after it",
    },
    kills: { kind: "number", default: 3, help: "kills of the command and the server while users move" },
  },
  run: async (settings) => {
    const server = await Server.start({
      PRESENCE_SHARDS: String(SHARDS_BEFORE),
      ADMIN_SECRET: OPERATOR_SECRET,
    });
    const run = new ReshardingRun(server, settings);
    try {
      await run.prepare();
      await run.reshard();
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
      run.report.violations.push(error.message);
    } finally {
      await server.stop();
    }
    return run.report;
  },
});

class ReshardingRun {
  readonly report: ProgramReport = { rows: [], violations: [] };
  readonly #server: Server;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #changes = new ChangeNotifier();
  readonly #users: ClientUser[] = [];
  readonly #threads: CheckedThread[] = [];

  constructor(server: Server, settings: Settings) {
    this.#server = server;
    this.#settings = settings;
    this.#random = randomFrom(settings.seed);
  }

  /** Signs everybody in, creates the threads, and connects a tab for each user, subscribed to the members of their threads. */
  async prepare(): Promise<void> {
    const { users, threads, bystanders } = this.#settings;
    for (const signedIn of await signIn(this.#server, idsOf("user", users)))
      this.#users.push(new ClientUser(signedIn, this.#server, this.#changes));
    for (let i = 0; i < bystanders; i += SIGN_INS_AT_ONCE)
      await signIn(this.#server, idsOf(`bystander${i}-`, Math.min(SIGN_INS_AT_ONCE, bystanders - i)));
    for (let i = 0; i < threads; i++) {
      const members = this.#membersFrom(this.#random.between(0, users - 1));
      this.#threads.push(await CheckedThread.create(this.#server, members));
    }
    for (const user of this.#users) user.tab.watch(this.#contactsOf(user).map(({ id }) => id));
  }

  async reshard(): Promise<void> {
    const { actions } = this.#settings;
    await this.#phase("before", () => this.#act(actions));
    await this.#deploy({
      PRESENCE_SHARDS: String(SHARDS_AFTER),
      PRESENCE_SHARDS_BEFORE: String(SHARDS_BEFORE),
    });
    await this.#phase("deployed, not moved", () => this.#act(actions / 2));
    await this.#phase("while users move", async () => {
      const state = { isOver: false };
      const moving = this.#moveUsers().finally(() => (state.isOver = true));
      while (!state.isOver) await this.#act(20);
      await moving;
      await this.#act(actions / 2);
    });
    const again = await shardsOutcome(this.#startCommand());
    if (again.code !== 0 || again.moved !== 0)
      this.report.violations.push(`the command, run again: ${again.output}`);
    await this.#deploy({ PRESENCE_SHARDS_BEFORE: "" });
    await this.#phase("moved, deployed", () => this.#act(actions));
    for (const user of this.#users) user.close();
  }

  /** Sends messages and moves read markers, `count` in all. */
  async #act(count: number): Promise<void> {
    const clients = Array.from({ length: CONCURRENT_ACTIONS }, async () => {
      for (let i = 0; i < count / CONCURRENT_ACTIONS; i++) {
        const thread = this.#random.pick(this.#threads);
        const member = this.#random.pick(thread.members);
        await (this.#random.next() < MESSAGE_SHARE ? thread.send(member) : thread.read(member));
      }
    });
    await Promise.all(clients);
  }

  #startCommand() {
    return startShardsCommand(this.#server, SHARDS_BEFORE, SHARDS_AFTER);
  }

  /** Runs the command and kills it together with the server, `kills` times; then runs it to its end. */
  async #moveUsers(): Promise<void> {
    for (let i = 0; i < this.#settings.kills; i++) {
      const command = this.#startCommand();
      const exited = once(command, "close");
      for (let lines = this.#random.between(1, 2); lines > 0; lines--)
        await Promise.race([once(command.stdout ?? command, "data"), exited]);
      await this.#server.kill();
      command.kill("SIGKILL");
      await exited;
      await this.#server.restart();
    }
    const { code, output } = await shardsOutcome(this.#startCommand());
    if (code !== 0) this.report.violations.push(`the command exited with ${code}: ${output}`);
  }

  async #deploy(vars: Record<string, string>): Promise<void> {
    await this.#server.kill();
    await this.#server.restart(vars);
  }

  /** Runs a phase; then every tab must get every notification, see every contact online, and find every user. */
  async #phase(name: string, action: () => Promise<void>): Promise<void> {
    const users = this.#users;
    const sum = (part: "retries" | "connects" | "offlineEvents") =>
      users.reduce((total, user) => total + user[part], 0);
    const messages = () => this.#threads.reduce((total, thread) => total + thread.messages, 0);
    const before = {
      messages: messages(),
      retries: sum("retries"),
      connects: sum("connects"),
      offlineEvents: sum("offlineEvents"),
    };
    await action();
    const endedAt = performance.now();
    const outdated = () => this.#threads.flatMap((thread) => thread.outdatedTabs());
    await this.#changes.until(
      () => outdated().length === 0,
      () => `${name}: the notifications of ${outdated().length} tabs`,
    );
    const notifiedMs = Math.round(performance.now() - endedAt);
    await this.#changes.until(
      () => users.every((user) => this.#contactsOf(user).every(({ id }) => seesOnline(user, id))),
      () => `${name}: every contact to be seen online`,
    );
    const onlineMs = Math.round(performance.now() - endedAt);
    for (const thread of this.#threads)
      for (const violation of await thread.violations()) this.report.violations.push(`${name}: ${violation}`);
    const found = await Promise.all(users.map(({ id, user }) => user.api.searchUsers(id)));
    const notFound = users.filter(({ id }, i) => !found[i]?.some((user) => user.id === id));
    for (const { id } of notFound) this.report.violations.push(`${name}: search does not find ${id}`);
    const row: Row = {
      phase: name,
      messages: messages() - before.messages,
      retries: sum("retries") - before.retries,
      reconnects: sum("connects") - before.connects,
      "offline events": sum("offlineEvents") - before.offlineEvents,
      "all notified after ms": notifiedMs,
      "all seen online after ms": onlineMs,
      "not found": notFound.length,
    };
    this.report.rows.push(row);
  }

  #membersFrom(first: number): ClientUser[] {
    return Array.from(
      { length: THREAD_SIZE },
      (_n, i) => this.#users[(first + i * i) % this.#users.length],
    ).flatMap((user) => user ?? []);
  }

  /** Those who share a thread with this user. */
  #contactsOf(user: ClientUser): ClientUser[] {
    const shared = this.#threads.filter(({ members }) => members.includes(user));
    return [...new Set(shared.flatMap(({ members }) => members))].filter((other) => other !== user);
  }
}

function seesOnline(subscriber: ClientUser, userId: string): boolean {
  return subscriber.tab.getSnapshot().presence[userId]?.status === "online";
}

function idsOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_n, i) => `${prefix}${i + 1}`);
}
