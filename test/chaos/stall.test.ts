import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it("lets go of a reader that stalls before what waits for it fills the memory, and takes it back", async () => {
  const { code, output } = await runScript("stall", ["--mib", "48", "--stalled", "1"]);
  expect(code, output).toBe(0);
});
