import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("sends every webhook in order through crashes, and to a receiver that fails, hangs and is down for an hour", async () => {
  const { code, output } = await runChaos("webhooks", "--rounds", "1", "--threads", "3");
  expect(code, output).toBe(0);
});
