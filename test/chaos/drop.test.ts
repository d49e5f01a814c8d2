import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("delivers everything once and in order over connections that are cut again and again", async () => {
  const { code, output } = await runScript("drop", ["--seconds", "10", "--systems", "2"]);
  expect(code, output).toBe(0);
});
