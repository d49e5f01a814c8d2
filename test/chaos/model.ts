/** Longer runs of the model tests, as programs with a table: vitest with a number of rounds and a seed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { REPORT } from "../model/report.ts";
import { defineProgram, type ProgramReport, type Row } from "./support/program.ts";

const VITEST = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));

export const model = defineProgram({
  name: "model",
  summary:
    "Random programs of commands, reconnects and evictions; every client must end up with exactly what the thread stores.",
  duration: "about 30 min",
  options: { rounds: { kind: "number", default: 20_000, min: 1, help: "random programs" } },
  run: (options) => runModelTest("model.test.ts", options),
});

export const evict = defineProgram({
  name: "evict",
  summary:
    "Random programs, run with and without evicting the objects between every two steps; nobody may see a difference.",
  duration: "about 40 min",
  options: { rounds: { kind: "number", default: 1_000, min: 1, help: "random programs" } },
  run: (options) => runModelTest("evictions.test.ts", options),
});

async function runModelTest(
  file: string,
  { rounds, seed }: { rounds: number; seed: number },
): Promise<ProgramReport> {
  const args = [VITEST, "run", "--project", "other-settings", `test/model/${file}`];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MODEL_RUNS: String(rounds), MODEL_SEED: String(seed), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  // `close`, not `exit`: by then all output has been read.
  const [code] = (await once(child, "close")) as [number | null];
  const reports = output.split("\n").filter((line) => line.startsWith(REPORT));
  const rows = reports.map((line) => JSON.parse(line.slice(REPORT.length)) as Row);
  const violations = code === 0 && rows.length > 0 ? [] : [`${file} failed: vitest's report is above`];
  return { rows, violations };
}
