/** The schema of prices.json: Cloudflare's prices, the pages they are from, and the day on which they were read. */
import { z } from "zod";

const usd = z.number().min(0);

/** What the plan's price includes, and the price of a million more. */
const unit = z.strictObject({ included: z.number().min(0), usdPerMillion: usd });

const perDay = z.number().positive();

const prices = z.strictObject({
  plan: z.string(),
  usdPerMonth: usd,
  pages: z.array(z.url({ protocol: /^https$/ })).min(1),
  /** The day, such as `2026-11-23`. */
  read: z.iso.date(),
  /** How the pages were read. */
  source: z.string(),
  units: z.strictObject({
    workerRequests: unit,
    workerCpuMs: unit,
    objectRequests: unit,
    objectGbSeconds: unit,
    rowsRead: unit,
    rowsWritten: unit,
    storedGbMonths: unit,
  }),
  /** Incoming WebSocket messages that are billed as one request. */
  framesPerRequest: z.int().positive(),
  /** An object's memory as it is billed, whatever it uses. */
  objectGb: z.number().positive(),
  /** The plan without a price: where one of its limits is reached, what it limits fails until the next day (UTC). */
  free: z.strictObject({
    plan: z.string(),
    perDay: z.strictObject({
      workerRequests: perDay,
      objectRequests: perDay,
      objectGbSeconds: perDay,
      rowsRead: perDay,
      rowsWritten: perDay,
    }),
    storedGb: z.number().positive(),
    /** What a request to the Worker may take. */
    cpuMsPerRequest: z.number().positive(),
  }),
});

export type CloudflarePrices = z.infer<typeof prices>;
/** What the free plan limits. */
export type FreeUnit = keyof CloudflarePrices["free"]["perDay"] | "storedGbMonths";
export type BilledUnit = keyof CloudflarePrices["units"];

/** Parses prices.json. Throws where it does not have the schema. */
export function pricesFrom(json: unknown): CloudflarePrices {
  return prices.parse(json);
}
