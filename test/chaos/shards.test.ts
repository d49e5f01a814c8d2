import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("loses no read marker and no notification while users move to other shards and everything is killed", async () => {
  const { code, output } = await runChaos(
    "shards",
    "--users",
    "16",
    "--threads",
    "10",
    "--bystanders",
    "200",
    "--kills",
    "1",
  );
  expect(code, output).toBe(0);
});
