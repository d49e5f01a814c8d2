/**
 * Who is online, under all that can happen to a connection: tabs close, lines go dead, the process crashes, and a crowd
 * comes and goes at once. What those who watch are told has to be true, in time, and no more than there is to tell.
 */
import { crashes } from "./presence/crash.ts";
import { crowdComesAndGoes } from "./presence/crowd.ts";
import { outcome, type Outcome } from "./presence/scenario.ts";
import { lastTabCloses } from "./presence/tabs.ts";
import { someVanish } from "./presence/vanishing.ts";
import { Impatience } from "./support/bell.ts";
import { script } from "./support/script.ts";
import { Server } from "./support/server.ts";

await script("chaos:presence", { users: 200, crashes: 5 }, async (options) => {
  const server = await Server.start();
  try {
    const outcomes = await Promise.all([
      told("tabs close", lastTabCloses(server)),
      told("a line goes dead", someVanish(server)),
      told("crashes", crashes(options)),
      told("a crowd", crowdComesAndGoes(server, options)),
    ]);
    return {
      rows: outcomes.map(({ row }) => row),
      violations: outcomes.flatMap(({ violations }) => violations),
    };
  } finally {
    await server.stop();
  }
});

/** What did not come in time is a violation; anything else that is thrown is a fault of this script. */
async function told(scenario: string, running: Promise<Outcome>): Promise<Outcome> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof Impatience) return outcome(scenario, "", "no end", [error.message]);
    throw error;
  }
}
