/** The command line of the test programs: options with a help text and a default, and errors of one line. */
import { parseArgs } from "node:util";

interface Described {
  /** What it means, for `--help`. */
  help: string;
}

/** A whole number of at least `min` (0 if absent); undefined where it is absent and has no default. */
export interface NumberOption extends Described {
  kind: "number";
  default?: number;
  min?: number;
}

export interface TextOption extends Described {
  kind: "text";
  /** What stands for the value in `--help`, such as `FILE`. */
  placeholder: string;
}

export interface FlagOption extends Described {
  kind: "flag";
}

export type Option = NumberOption | TextOption | FlagOption;
export type Options = Record<string, Option>;

type ValueOf<O extends Option> = O extends FlagOption
  ? boolean
  : O extends TextOption
    ? string | undefined
    : O extends { default: number }
      ? number
      : number | undefined;
export type Values<O extends Options> = { [Name in keyof O]: ValueOf<O[Name]> };

/** A command line that cannot be carried out as given. The message is one line. */
export class UsageError extends Error {}

/** The exit code for a `UsageError`. */
export const USAGE_EXIT_CODE = 2;

/** Parses these arguments; `"help"` where `--help` is among them. Throws `UsageError`. */
export function parseOptions<const O extends Options>(
  args: readonly string[],
  options: O,
): Values<O> | "help" {
  const types = Object.entries(options).map(([name, { kind }]) => [
    name,
    { type: kind === "flag" ? ("boolean" as const) : ("string" as const) },
  ]);
  const given = parsed(args, { help: { type: "boolean" }, ...Object.fromEntries(types) });
  if (given["help"]) return "help";
  const values = Object.entries(options).map(([name, option]) => [name, valueOf(name, option, given[name])]);
  return Object.fromEntries(values) as Values<O>;
}

/** One line for each option, with its default. */
export function optionLines(options: Options): string[] {
  const lines = Object.entries(options).map(([name, option]) => [usageOf(name, option), helpOf(option)]);
  const width = Math.max(0, ...lines.map(([usage = ""]) => usage.length));
  return lines.map(([usage = "", help = ""]) => `${usage.padEnd(width)}  ${help}`);
}

/** Runs a command; prints a `UsageError` as one line that names the command, and exits. */
export async function runCommand(command: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${command}: ${error.message} (--help lists what there is)`);
    process.exit(USAGE_EXIT_CODE);
  }
}

type ParsedValues = Record<string, string | boolean | undefined>;

function parsed(
  args: readonly string[],
  options: Record<string, { type: "string" | "boolean" }>,
): ParsedValues {
  try {
    return parseArgs({ args: [...args], options }).values as ParsedValues;
  } catch (error) {
    // parseArgs explains at length; the first sentence says what is wrong.
    if (error instanceof TypeError && "code" in error)
      throw new UsageError(error.message.split(/\.\s|\n/, 1)[0] ?? error.message);
    throw error;
  }
}

function valueOf(name: string, option: Option, given: string | boolean | undefined) {
  if (option.kind === "flag") return given === true;
  if (option.kind === "text" || given === undefined) return option.kind === "number" ? option.default : given;
  const { min = 0 } = option;
  const value = /^\d+$/.test(String(given)) ? Number(given) : NaN;
  if (!Number.isSafeInteger(value) || value < min)
    throw new UsageError(`--${name} must be a whole number of at least ${min}, not "${given}"`);
  return value;
}

function usageOf(name: string, option: Option): string {
  if (option.kind === "flag") return `--${name}`;
  return `--${name} ${option.kind === "number" ? "N" : option.placeholder}`;
}

function helpOf(option: Option): string {
  if (option.kind !== "number" || option.default === undefined) return option.help;
  return `${option.help} (default: ${option.default})`;
}
