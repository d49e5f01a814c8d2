/** Goes through rounds, scenarios and systems, so that what disturbs the machine for a while disturbs all alike. */
import type { Keeping } from "./keeping.ts";
import { LoadProcess } from "./load/load-process.ts";
import type { Options } from "./options.ts";
import { short } from "./report/tables.ts";
import type { Figures, Results } from "./results.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import type { System } from "./systems/system.ts";

export async function measure(options: Options, keeping: Keeping, results: Results): Promise<void> {
  const systems = options.systems.filter((system) => {
    const why = system.missing?.();
    if (why !== undefined) console.error(`skipping ${system.name}: ${why}`);
    return why === undefined;
  });
  for (let round = 1; round <= options.rounds; round++) {
    for (const scenario of options.scenarios) {
      if (scenario.isOnce && round > 1) continue;
      for (const system of systems.filter((one) => scenario.suits(one))) {
        await measureOne({ round, scenario, system }, options, keeping, results);
      }
    }
  }
}

/** One scenario with one system, on a server of its own and with a generator of its own. */
async function measureOne(
  { round, scenario, system }: { round: number; scenario: Scenario; system: System },
  { rounds, scale }: Options,
  keeping: Keeping,
  results: Results,
): Promise<void> {
  const where = { round, scenario: scenario.name, system: system.name };
  const name = `round ${round}/${rounds} ${scenario.name} ${system.name}`;
  try {
    await keeping.during(
      () => system.start(),
      (running) =>
        keeping.during(
          async () => new LoadProcess(),
          (generator) =>
            scenario.run({
              system,
              running,
              generator,
              scale,
              rounds,
              tell: (load, figures, { complaints = [], ...other } = {}) => {
                results.add({ ...where, ...other, load, figures, complaints: [...complaints] });
                console.error(`${name}: ${load}: ${inWords(scenario, figures)}`);
                for (const complaint of complaints) console.error(`${name}: ${load}: ${complaint}`);
              },
            }),
        ),
    );
  } catch (error) {
    if (keeping.isOver) throw error;
    // One that breaks down under a load is told so, and the others go on.
    console.error(`${name}: ${String(error)}`);
    results.add({ ...where, load: "failed", figures: { errors: 1 }, complaints: [String(error)] });
  }
}

function inWords({ columns }: Scenario, figures: Figures): string {
  return columns
    .flatMap(({ figure, title }) => {
      const value = figures[figure];
      return value === undefined ? [] : [`${title} ${short(value)}`];
    })
    .join(", ");
}
