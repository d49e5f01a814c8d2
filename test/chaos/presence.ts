/** Checks online status through closed tabs, dead connections, crashes and many users at once. */
import { manyUsers } from "./presence/many-users.ts";
import { closingTabs } from "./presence/closing-tabs.ts";
import { crashes } from "./presence/crashes.ts";
import { deadConnection, HASTENED } from "./presence/dead-connection.ts";
import { scenarioOutcome, type ScenarioOutcome } from "./presence/scenario.ts";
import { WaitTimeout } from "./support/change-notifier.ts";
import { defineProgram } from "./support/program.ts";
import { Server } from "./support/server.ts";

export const presence = defineProgram({
  name: "presence",
  summary:
    "Closes tabs, silences connections, crashes the server, and lets many users connect and disconnect at once: subscribers see the right online status in time, and no change twice.",
  duration: "about 2 min",
  options: {
    users: { kind: "number", default: 200, min: 1, help: "users of the scenario with many users" },
    hasten: { kind: "flag", help: "detects dead connections within 40 s instead of two minutes" },
    crashes: { kind: "number", default: 5, min: 1, help: "crashes of the crash scenario" },
  },
  run: async (options) => {
    const server = await Server.start({}, options.hasten ? { constants: HASTENED } : {});
    try {
      const outcomes = await Promise.all([
        outcomeOf("closing tabs", closingTabs(server)),
        outcomeOf("dead connection", deadConnection(server, options)),
        outcomeOf("crashes", crashes(options)),
        outcomeOf("many users", manyUsers(server, options)),
      ]);
      return {
        rows: outcomes.map(({ row }) => row),
        violations: outcomes.flatMap(({ violations }) => violations),
      };
    } finally {
      await server.stop();
    }
  },
});

/** A wait that timed out is a violation; anything else that is thrown is a bug of this program. */
async function outcomeOf(scenario: string, running: Promise<ScenarioOutcome>): Promise<ScenarioOutcome> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof WaitTimeout) return scenarioOutcome(scenario, "", "did not end", [error.message]);
    throw error;
  }
}
