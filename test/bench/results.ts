/** What was measured: figures by round, scenario, case and system; their medians, and ratios within a round. */
import { z } from "zod";
import { median } from "./load/quantile.ts";

export type Figures = Record<string, number>;

const measuredSchema = z.object({
  round: z.number(),
  scenario: z.string(),
  /** Which of the scenario's loads this is, as the table says it. */
  load: z.string(),
  system: z.string(),
  /** JSON has no NaN, and says null of what could not be told. */
  figures: z.record(
    z.string(),
    z
      .number()
      .nullable()
      .transform((value) => value ?? NaN),
  ),
  /** What went wrong, in words. */
  complaints: z.array(z.string()),
});
export type Measured = z.infer<typeof measuredSchema>;

/** Of several rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export class Results {
  readonly all: Measured[];

  constructor(all: Measured[] = []) {
    this.all = all;
  }

  /** What `toJson` wrote. */
  static fromJson(text: string): Results {
    return new Results(z.array(measuredSchema).parse(JSON.parse(text)));
  }

  toJson(): string {
    return JSON.stringify(this.all, undefined, 1);
  }

  add(measured: Measured): void {
    this.all.push(measured);
  }

  of(scenario: string, load: string, system: string): Measured[] {
    return this.all.filter((one) => one.scenario === scenario && one.load === load && one.system === system);
  }

  /** The loads of a scenario, in the order in which they came. */
  loads(scenario: string): string[] {
    return [...new Set(this.all.flatMap((one) => (one.scenario === scenario ? [one.load] : [])))];
  }

  /** A figure over all rounds; undefined where there is none. */
  figure(scenario: string, load: string, system: string, name: string): Spread | undefined {
    return spread(this.of(scenario, load, system).map(({ figures }) => figures[name] ?? NaN));
  }

  /** How many times the other's figure this one is: each round for itself, for what disturbs one disturbs the other. */
  ratio(one: FigureOf, other: FigureOf): Spread | undefined {
    const ratios = this.of(one.scenario, one.load, one.system).flatMap(({ round, figures }) => {
      const against = this.of(other.scenario, other.load, other.system).find((it) => it.round === round);
      return against ? [(figures[one.figure] ?? NaN) / (against.figures[other.figure] ?? NaN)] : [];
    });
    return spread(ratios);
  }
}

/** Names a figure. */
export interface FigureOf {
  scenario: string;
  load: string;
  system: string;
  figure: string;
}

/** Of values that are numbers; undefined where there is none. */
export function spread(values: readonly number[]): Spread | undefined {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return undefined;
  return { median: median(known), min: Math.min(...known), max: Math.max(...known) };
}
