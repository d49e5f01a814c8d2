/** A longer run of a model test, for its script: vitest with so many rounds from that seed, and what the test counted as the table. */
import { spawn } from "node:child_process";
import { script, type Row } from "../../chaos/support/script.ts";
import { REPORT } from "../report.ts";

export function chaos(name: string, file: string, rounds: number): Promise<void> {
  return script(name, { rounds }, async (options) => {
    const { code, lines } = await vitest(file, options);
    const reports = lines.filter((line) => line.startsWith(REPORT));
    const rows = reports.map((line) => JSON.parse(line.slice(REPORT.length)) as Row);
    const violations = code === 0 && rows.length > 0 ? [] : [`${file} failed: its report is above`];
    return { rows, violations };
  });
}

/** Runs one test file, showing what it prints. */
async function vitest(
  file: string,
  { rounds, seed }: { rounds: number; seed: number },
): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn("vitest", ["run", "--project", "model", `test/model/${file}`], {
    env: { ...process.env, MODEL_RUNS: String(rounds), MODEL_SEED: String(seed), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { code, lines: output.split("\n") };
}
