import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("loses no acknowledged message and no notification when the process is killed under load", async () => {
  const { code, output } = await runChaos("kill", "--rounds", "5");
  expect(code, output).toBe(0);
});
