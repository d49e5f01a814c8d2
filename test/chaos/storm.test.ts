import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("takes back every socket of a thread after all were lost at once, with what each missed", async () => {
  const { code, output } = await runChaos("storm", "--sockets", "300");
  expect(code, output).toBe(0);
});
