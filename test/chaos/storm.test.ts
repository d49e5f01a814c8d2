import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("takes back every socket of a thread that lost all of them at once, with what each missed", async () => {
  const { code, output } = await runScript("storm", ["--sockets", "300"]);
  expect(code, output).toBe(0);
});
