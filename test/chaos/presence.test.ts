import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("reports online status in time through closed tabs, dead connections, crashes and many users", async () => {
  const { code, output } = await runChaos("presence", "--users", "60", "--crashes", "1", "--hasten");
  expect(code, output).toBe(0);
});
