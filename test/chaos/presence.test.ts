import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("tells who is online, in time, through closing tabs, dead lines, crashes and a crowd", async () => {
  const { code, output } = await runScript("presence", ["--users", "60", "--crashes", "3"]);
  expect(code, output).toBe(0);
});
