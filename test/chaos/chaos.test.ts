/** The command line of `npm run chaos`. */
import { expect, it } from "vitest";
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
  [["drop", "--seconds"], "--seconds"],
  [["drop", "--seconds", "soon"], '--seconds must be a whole number of at least 1, not "soon"'],
  [["drop", "--seconds=-1"], '--seconds must be a whole number of at least 1, not "-1"'],
  [["drop", "5"], "Unexpected argument '5'"],
])("refuses %j in one line, with code 2", async (args, message) => {
  const { code, output } = await runChaos(...args);
  expect(output).toContain(`npm run chaos: `);
  expect(output).toContain(message);
  expect(output.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(2);
});
