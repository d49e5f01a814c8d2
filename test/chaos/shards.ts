/**
 * Raises the number of Presence shards as an administrator does: a deployment, the command, a deployment; while everybody
 * writes and reads, and, in between, the command and the process are killed. Nobody may lose a message's news or a marker.
 */
import { once } from "node:events";
import { Circle } from "./shards/circle.ts";
import { ADMIN_SECRET, outcomeOf, startCommand } from "./shards/command.ts";
import { Member } from "./shards/member.ts";
import { Bell, Impatience } from "./support/bell.ts";
import { people } from "./support/people.ts";
import { randomFrom } from "./support/random.ts";
import { script, type Row } from "./support/script.ts";
import { Server } from "./support/server.ts";

const BEFORE = 8;
const AFTER = 16;
/** Members of a thread. */
const SIZE = 6;

// `users`: with a tab, in `threads` of some of them; `bystanders`: who have signed in and are only moved; `kills`: of the process and the command, while users move.
const defaults = { users: 60, threads: 40, bystanders: 4_000, kills: 3 };
await script("chaos:shards", defaults, async ({ users, threads, bystanders, kills, seed }) => {
  const random = randomFrom(seed);
  const bell = new Bell();
  const rows: Row[] = [];
  const violations: string[] = [];
  const server = await Server.start({ PRESENCE_SHARDS: String(BEFORE), ADMIN_SECRET });
  try {
    const persons = await people(server, names("user", users));
    for (let i = 0; i < bystanders; i += 100)
      await people(server, names(`bystander${i}-`, Math.min(100, bystanders - i)));
    const members = persons.map((person) => new Member(person, server, bell));
    const circles: Circle[] = [];
    for (let i = 0; i < threads; i++)
      circles.push(await Circle.of(server, membersFrom(random.between(0, users - 1))));
    for (const member of members) member.tab.watch(watchedBy(member).map(({ id }) => id));

    await phase("before", () => talk(200));
    await deploy({ PRESENCE_SHARDS: String(AFTER), PRESENCE_SHARDS_BEFORE: String(BEFORE) });
    await phase("deployed, not moved", () => talk(100));
    await phase("while users move", async () => {
      const state = { isOver: false };
      const moving = move().finally(() => (state.isOver = true));
      while (!state.isOver) await talk(20);
      await moving;
      await talk(100);
    });
    const again = await outcomeOf(startCommand(server, BEFORE, AFTER));
    if (again.code !== 0 || again.moved !== 0) violations.push(`the command, run again: ${again.output}`);
    await deploy({ PRESENCE_SHARDS_BEFORE: "" });
    await phase("moved, deployed", () => talk(200));
    for (const member of members) member.close();

    /** So many things happen, some at the same time. */
    async function talk(count: number): Promise<void> {
      const writers = Array.from({ length: 10 }, async () => {
        for (let i = 0; i < count / 10; i++) {
          const circle = random.pick(circles);
          const member = random.pick(circle.members);
          await (random.next() < 0.6 ? circle.say(member) : circle.read(member));
        }
      });
      await Promise.all(writers);
    }

    /** The command, killed, and with it the process, so many times, and then run to its end. */
    async function move(): Promise<void> {
      for (let i = 0; i < kills; i++) {
        const command = startCommand(server, BEFORE, AFTER);
        const exited = once(command, "close");
        for (let lines = random.between(1, 2); lines > 0; lines--)
          await Promise.race([once(command.stdout ?? command, "data"), exited]);
        await server.kill();
        command.kill("SIGKILL");
        await exited;
        await server.restart();
      }
      const { code, output } = await outcomeOf(startCommand(server, BEFORE, AFTER));
      if (code !== 0) violations.push(`the command exited with ${code}: ${output}`);
    }

    async function deploy(vars: Record<string, string>): Promise<void> {
      await server.kill();
      await server.restart(vars);
    }

    /** Something happens, and then everybody is to know all of it. */
    async function phase(name: string, what: () => Promise<void>): Promise<void> {
      const sum = (part: "retries" | "connects" | "offlines") =>
        members.reduce((total, member) => total + member[part], 0);
      const written = () => circles.reduce((total, circle) => total + circle.messages, 0);
      const start = {
        written: written(),
        retries: sum("retries"),
        connects: sum("connects"),
        offlines: sum("offlines"),
      };
      await what();
      const endedAt = performance.now();
      await bell.until(
        () => circles.every((circle) => circle.lacking().length === 0),
        () => `${name}: the news of ${circles.flatMap((circle) => circle.lacking()).length} tabs`,
      );
      const newsMs = Math.round(performance.now() - endedAt);
      await bell.until(
        () => members.every((member) => watchedBy(member).every(({ id }) => isOnline(member, id))),
        () => `${name}: everybody to be seen online`,
      );
      const onlineMs = Math.round(performance.now() - endedAt);
      for (const circle of circles)
        for (const complaint of await circle.complaints()) violations.push(`${name}: ${complaint}`);
      const found = await Promise.all(members.map(({ id, person }) => person.api.searchUsers(id)));
      const lost = members.filter(({ id }, i) => !found[i]?.some((user) => user.id === id));
      for (const { id } of lost) violations.push(`${name}: ${id} is not found`);
      rows.push({
        phase: name,
        messages: written() - start.written,
        "tried again": sum("retries") - start.retries,
        reconnects: sum("connects") - start.connects,
        "told offline": sum("offlines") - start.offlines,
        "last news after ms": newsMs,
        "all seen online after ms": onlineMs,
        "not found": lost.length,
      });
    }

    function membersFrom(first: number): Member[] {
      return Array.from({ length: SIZE }, (_n, i) => members[(first + i * i) % users]).flatMap(
        (member) => member ?? [],
      );
    }

    /** Those whom a member shares a thread with. */
    function watchedBy(member: Member): Member[] {
      const together = circles.filter((circle) => circle.members.includes(member));
      return [...new Set(together.flatMap((circle) => circle.members))].filter((other) => other !== member);
    }
  } catch (error) {
    if (!(error instanceof Impatience)) throw error;
    violations.push(error.message);
  } finally {
    await server.stop();
  }
  return { rows, violations };
});

function isOnline(watcher: Member, userId: string): boolean {
  return watcher.tab.getSnapshot().presence[userId]?.status === "online";
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_n, i) => `${prefix}${i + 1}`);
}
