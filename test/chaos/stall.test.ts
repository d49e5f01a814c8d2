import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("bounds what waits for clients that do not read, disconnects slow readers, and lets them resume", async () => {
  const { code, output } = await runChaos("stall", "--mib", "16", "--stalled", "4");
  expect(code, output).toBe(0);
});
