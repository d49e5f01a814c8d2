/** `npm run chaos -- NAME [--option N …]`: runs one fault-injection program. Without a name it lists them. */
import { onEnd } from "../../src/dev/ending.ts";
import { drop } from "./drop.ts";
import { kill } from "./kill.ts";
import { evict, model } from "./model.ts";
import { presence } from "./presence.ts";
import { revoke } from "./revoke.ts";
import { shards } from "./shards.ts";
import { stall } from "./stall.ts";
import { storm } from "./storm.ts";
import { webhooks } from "./webhooks.ts";
import { runCommand, UsageError } from "./support/command-line.ts";
import { helpOf } from "./support/program.ts";

const PROGRAMS = [drop, kill, presence, revoke, shards, storm, stall, webhooks, model, evict];

const HELP = `npm run chaos -- NAME [--option N …]

Injects faults into a running Lilypad and checks that its guarantees hold. Each program prints a table of what it
counted and exits with 1 if it found a violation. The times are those of a machine with two cores.

${PROGRAMS.map(helpOf).join("\n\n")}`;

// What was started (workerd, vitest) ends with this process.
onEnd(() => process.exit(130));
await runCommand("npm run chaos", async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === "--help") return console.log(HELP);
  const program = PROGRAMS.find((one) => one.name === name);
  const names = PROGRAMS.map((one) => one.name).join(", ");
  if (!program) throw new UsageError(`there is no "${name}", only ${names}`);
  await program.run(args);
});
