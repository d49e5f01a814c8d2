/** A test program with options: it prints its seed and a table, and exits by whether it found a violation. */
import { optionLines, parseOptions, type Options, type Values } from "./command-line.ts";

const LINE_LENGTH = 100;

/** One row of the table: what was measured, by column. */
export type Row = Record<string, string | number>;

export interface ProgramReport {
  rows: Row[];
  /** Guarantees that were broken, one sentence each; empty if all held. */
  violations: string[];
}

export interface ChaosProgram {
  name: string;
  /** What it does and what it checks, in a sentence or two. */
  summary: string;
  /** About how long it takes with its defaults. */
  duration: string;
  /** Its options with their defaults, one a line. */
  optionLines: string[];
  /** Runs with these arguments, prints its report and exits: 0 if everything held, 1 if not. Throws `UsageError`. */
  run(args: readonly string[]): Promise<void>;
}

interface Definition<O extends Options> {
  name: string;
  summary: string;
  duration: string;
  options: O;
  run: (values: Values<O> & { seed: number }) => Promise<ProgramReport>;
}

/** A program of this definition, with two more options: `--seed` (from the clock if absent) and `--help`. */
export function defineProgram<const O extends Options>(definition: Definition<O>): ChaosProgram {
  const { name, summary, duration } = definition;
  const options = { ...definition.options, seed: { kind: "number", help: "repeats a run" } } as const;
  const lines = optionLines(options);
  return {
    name,
    summary,
    duration,
    optionLines: lines,
    run: async (args) => {
      const given = parseOptions(args, options);
      if (given === "help") {
        console.log(helpOf({ name, summary, duration, optionLines: lines }));
        return;
      }
      const values = { ...given, seed: given.seed ?? Date.now() % 2 ** 31 } as Values<O> & { seed: number };
      const settings = Object.entries(values)
        .filter(([, value]) => value !== undefined && value !== false)
        .map(([option, value]) => (value === true ? `--${option}` : `--${option} ${String(value)}`));
      console.log(`${name} ${settings.join(" ")}`);
      const { rows, violations } = await definition.run(values);
      console.table(rows);
      for (const violation of violations) console.error(`VIOLATION: ${violation}`);
      console.log(
        violations.length === 0
          ? "passed: no violations"
          : `${violations.length} violations; repeat with --seed ${values.seed}`,
      );
      // Sockets may still be in their closing handshake: nothing waits for them.
      process.exit(violations.length === 0 ? 0 : 1);
    },
  };
}

/** A program's help: what it does, how long it takes, and its options. */
export function helpOf({ name, summary, duration, optionLines: lines }: Omit<ChaosProgram, "run">): string {
  return [
    `${name} (${duration})`,
    ...wrapped(summary).map((line) => `  ${line}`),
    ...lines.map((line) => `    ${line}`),
  ].join("\n");
}

/** The words of a text in lines of at most `LINE_LENGTH` characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
