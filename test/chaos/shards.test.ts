import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("loses no marker and no news while users move to other shards, through kills of all that moves them", async () => {
  const args = "--users 16 --threads 10 --bystanders 200 --kills 1".split(" ");
  const { code, output } = await runScript("shards", args);
  expect(code, output).toBe(0);
});
