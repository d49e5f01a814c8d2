/** What every chaos script does around its run: read options, print the seed and a table, and exit by what was violated. */
import { parseArgs } from "node:util";

/** One line of the table: what was looked at and what was found. */
export type Row = Record<string, string | number>;

export interface Report {
  rows: Row[];
  /** What broke a promise, in words; empty where all held. */
  violations: string[];
}

/**
 * Runs a script with whole-number options given as `--name N`; `defaults` names them, and what each is if not given.
 * `seed` is an option of every script: absent, it is taken from the clock; it is always printed.
 */
export async function script<O extends Record<string, number>>(
  name: string,
  defaults: O,
  run: (options: O & { seed: number }) => Promise<Report>,
): Promise<void> {
  const options = { seed: Date.now() % 2 ** 31, ...defaults, ...given(name, Object.keys(defaults)) };
  console.log(
    `${name}: ${Object.entries(options)
      .map((option) => `--${option.join(" ")}`)
      .join(" ")}`,
  );
  const { rows, violations } = await run(options);
  console.table(rows);
  for (const violation of violations) console.error(`VIOLATION: ${violation}`);
  console.log(
    violations.length === 0 ? "held" : `${violations.length} violations; repeat with --seed ${options.seed}`,
  );
  // Whatever is still open (a socket in its closing handshake) is no reason to stay.
  process.exit(violations.length === 0 ? 0 : 1);
}

/** What was given. Says what can be, and ends, where it was something else. */
function given(command: string, defaults: readonly string[]): Record<string, number> {
  const names = [...defaults, "seed"];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({ options });
    return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, wholeNumber(name, text)]));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`npm run ${command} -- ${names.map((name) => `[--${name} N]`).join(" ")}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: unknown): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is to be a whole number`);
  return value;
}
