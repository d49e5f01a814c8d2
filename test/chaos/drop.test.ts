import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("delivers everything once and in order over connections that are cut again and again", async () => {
  const { code, output } = await runChaos("drop", "--seconds", "8", "--crashes", "1", "--clients", "9");
  expect(code, output).toBe(0);
});
