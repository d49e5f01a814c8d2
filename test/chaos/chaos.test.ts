/** The command line of `npm run chaos`. */
import { expect, it } from "vitest";
import { drop } from "./drop.ts";
import { UsageError } from "./support/command-line.ts";
import { runChaos } from "./support/run-chaos.ts";

const NAMES = ["drop", "kill", "presence", "shards", "storm", "stall", "webhooks", "model", "evict"];

it.each([[[]], [["--help"]]])("lists every program with its options: %j", async (args) => {
  const { code, output } = await runChaos(...args);
  expect(code).toBe(0);
  for (const name of NAMES) expect(output).toMatch(new RegExp(`^${name} \\(about .*\\)$`, "m"));
  expect(output).toContain("--rounds N");
  expect(output).toContain("(default: 30)");
});

it("explains one program", async () => {
  const { code, output } = await runChaos("drop", "--help");
  expect(code).toBe(0);
  expect(output).toMatch(/^drop \(about .*\)\n[^]*\n +--seconds N .*\(default: 60\)$/m);
  expect(output).not.toContain("kill");
});

it.each([
  [["fall"], 'there is no "fall", only drop, kill'],
  [["--fall"], 'there is no "--fall", only drop, kill'],
  [["drop", "--second", "5"], "Unknown option '--second'"],
])("refuses %j in one line, with code 2", async (args, message) => {
  const { code, output } = await runChaos(...args);
  expect(output).toContain(`npm run chaos: `);
  expect(output).toContain(message);
  expect(output.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(2);
});

it.each([
  [["--seconds"], "--seconds"],
  [["--seconds", "soon"], '--seconds must be a whole number of at least 1, not "soon"'],
  [["--seconds=-1"], '--seconds must be a whole number of at least 1, not "-1"'],
  [["5"], "Unexpected argument '5'"],
])("refuses %j for a program in the same way", async (args, message) => {
  const refusal = await drop.run(args).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UsageError);
  expect((refusal as UsageError).message).toContain(message);
  expect((refusal as UsageError).message).not.toContain("\n");
});
