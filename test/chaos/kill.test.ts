import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("loses nothing that it acknowledged, and no news of it, to a process that is killed again and again", async () => {
  const { code, output } = await runScript("kill", ["--rounds", "10"]);
  expect(code, output).toBe(0);
});
