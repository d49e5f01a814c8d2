import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("disconnects a stalled reader before its queue fills the memory, and lets it resume", async () => {
  const { code, output } = await runChaos("stall", "--mib", "48", "--stalled", "1");
  expect(code, output).toBe(0);
});
