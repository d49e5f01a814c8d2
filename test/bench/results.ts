/** The measured figures by round, scenario, load and server; their medians, and ratios within a round. */
import { z } from "zod";
import { median } from "./load/quantile.ts";

export type Figures = Record<string, number>;

const measurementSchema = z.object({
  round: z.number(),
  scenario: z.string(),
  /** The load's name in the table. */
  load: z.string(),
  server: z.string(),
  /** JSON has no NaN: an unknown value is null. */
  figures: z.record(
    z.string(),
    z
      .number()
      .nullable()
      .transform((value) => value ?? NaN),
  ),
  /** What went wrong, one sentence each. */
  errorDetails: z.array(z.string()),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** A figure over several rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export class Results {
  readonly all: Measurement[];

  constructor(all: Measurement[] = []) {
    this.all = all;
  }

  /** What `toJson` wrote. */
  static fromJson(text: string): Results {
    return new Results(z.array(measurementSchema).parse(JSON.parse(text)));
  }

  toJson(): string {
    return JSON.stringify(this.all, undefined, 1);
  }

  add(measurement: Measurement): void {
    this.all.push(measurement);
  }

  of(scenario: string, load: string, server: string): Measurement[] {
    return this.all.filter((one) => one.scenario === scenario && one.load === load && one.server === server);
  }

  /** The loads of a scenario, in the order in which they were measured. */
  loads(scenario: string): string[] {
    return [...new Set(this.all.flatMap((one) => (one.scenario === scenario ? [one.load] : [])))];
  }

  /** A figure over all rounds; undefined where there is none. */
  figure(scenario: string, load: string, server: string, name: string): Spread | undefined {
    return spread(this.of(scenario, load, server).map(({ figures }) => figures[name] ?? NaN));
  }

  /** One figure divided by another, per round: a disturbance within a round affects both. */
  ratio(one: FigureKey, other: FigureKey): Spread | undefined {
    const ratios = this.of(one.scenario, one.load, one.server).flatMap(({ round, figures }) => {
      const against = this.of(other.scenario, other.load, other.server).find((it) => it.round === round);
      return against ? [(figures[one.figure] ?? NaN) / (against.figures[other.figure] ?? NaN)] : [];
    });
    return spread(ratios);
  }
}

/** The key of a figure. */
export interface FigureKey {
  scenario: string;
  load: string;
  server: string;
  figure: string;
}

/** Median and range of the values that are not NaN; undefined where there is none. */
export function spread(values: readonly number[]): Spread | undefined {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return undefined;
  return { median: median(known), min: Math.min(...known), max: Math.max(...known) };
}
