/** Measures every scenario with every server, round by round, so that a disturbance of the machine affects all alike. */
import { LoadProcess } from "./load/load-process.ts";
import type { BenchOptions } from "./options.ts";
import { short } from "./report/tables.ts";
import type { Resources } from "./resources.ts";
import type { Figures, Results } from "./results.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import type { ChatServer } from "./systems/chat-server.ts";

export async function measureAll(
  options: BenchOptions,
  resources: Resources,
  results: Results,
): Promise<void> {
  const servers = options.servers.filter((server) => {
    const reason = server.unavailable?.();
    if (reason !== undefined) console.error(`skipping ${server.name}: ${reason}`);
    return reason === undefined;
  });
  for (let round = 1; round <= options.rounds; round++) {
    for (const scenario of options.scenarios) {
      if (scenario.isOnce && round > 1) continue;
      for (const server of servers.filter((one) => scenario.supports(one))) {
        await measureOne({ round, scenario, server }, options, resources, results);
      }
    }
  }
}

/** One scenario with one server, each time a new server process and a new load generator. */
async function measureOne(
  { round, scenario, server }: { round: number; scenario: Scenario; server: ChatServer },
  { rounds, scale }: BenchOptions,
  resources: Resources,
  results: Results,
): Promise<void> {
  const key = { round, scenario: scenario.name, server: server.name };
  const label = `round ${round}/${rounds} ${scenario.name} ${server.name}`;
  try {
    await resources.with(
      () => server.start(),
      (running) =>
        resources.with(
          async () => new LoadProcess(),
          (generator) =>
            scenario.run({
              server,
              running,
              generator,
              scale,
              rounds,
              report: (load, figures, { errorDetails = [], ...other } = {}) => {
                results.add({ ...key, ...other, load, figures, errorDetails: [...errorDetails] });
                console.error(`${label}: ${load}: ${summaryOf(scenario, figures)}`);
                for (const detail of errorDetails) console.error(`${label}: ${load}: ${detail}`);
              },
            }),
        ),
    );
  } catch (error) {
    if (resources.isStopped) throw error;
    // A server that fails under a load is reported as failed; the others are still measured.
    console.error(`${label}: ${String(error)}`);
    results.add({ ...key, load: "failed", figures: { errors: 1 }, errorDetails: [String(error)] });
  }
}

function summaryOf({ columns }: Scenario, figures: Figures): string {
  return columns
    .flatMap(({ figure, title }) => {
      const value = figures[figure];
      return value === undefined ? [] : [`${title} ${short(value)}`];
    })
    .join(", ");
}
