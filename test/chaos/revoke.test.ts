import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("closes and refuses what was revoked in time, through evictions and crashes", async () => {
  const { code, output } = await runChaos("revoke", "--threads", "40", "--crashes", "1");
  expect(code, output).toBe(0);
});
