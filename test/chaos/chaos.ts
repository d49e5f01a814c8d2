/** `npm run chaos -- NAME [--option N …]`: runs one fault-injection program. Without a name it lists them. */
import { onEnd } from "../../src/dev/ending.ts";
import { runCommand, UsageError } from "./support/command-line.ts";
import { helpOf, type ChaosProgram } from "./support/program.ts";

/** Each program in its module, of which only the one that runs is loaded. */
const PROGRAMS: Readonly<Record<string, () => Promise<ChaosProgram>>> = {
  drop: async () => (await import("./drop.ts")).drop,
  kill: async () => (await import("./kill.ts")).kill,
  presence: async () => (await import("./presence.ts")).presence,
  revoke: async () => (await import("./revoke.ts")).revoke,
  shards: async () => (await import("./shards.ts")).shards,
  storm: async () => (await import("./storm.ts")).storm,
  stall: async () => (await import("./stall.ts")).stall,
  webhooks: async () => (await import("./webhooks.ts")).webhooks,
  model: async () => (await import("./model.ts")).model,
  evict: async () => (await import("./model.ts")).evict,
};

async function help(): Promise<string> {
  const programs = await Promise.all(Object.values(PROGRAMS).map((load) => load()));
  return `npm run chaos -- NAME [--option N …]

Injects faults into a running Lilypad and checks that its guarantees hold. Each program prints a table of what it
counted and exits with 1 if it found a violation. The times are those of a machine with two cores.

${programs.map(helpOf).join("\n\n")}`;
}

// What was started (workerd, vitest) ends with this process.
onEnd(() => process.exit(130));
await runCommand("npm run chaos", async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === "--help") return console.log(await help());
  const load = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (!load) throw new UsageError(`there is no "${name}", only ${Object.keys(PROGRAMS).join(", ")}`);
  const program = await load();
  await program.run(args);
});
