import { expect, it } from "vitest";
import { runChaos } from "./support/run-chaos.ts";

it("loses no read marker and no notification while users move to other shards and everything is killed", async () => {
  const { code, output } = await runChaos(
    "shards",
    "--users",
    "12",
    "--threads",
    "6",
    "--bystanders",
    "200",
    "--actions",
    "60",
    "--kills",
    "1",
  );
  expect(code, output).toBe(0);
});
