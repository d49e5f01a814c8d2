/** The shape of prices.json: what Cloudflare and others ask, where it says so, and when it was read there. */
import { z } from "zod";

const usd = z.number().min(0);
const count = z.int().positive();
const day = z.iso.date();
const page = z.url({ protocol: /^https$/ });

/** What is included in the plan's price, and what a million more cost. */
const unit = z.strictObject({ included: z.number().min(0), usdPerMillion: usd });

const cloudflare = z.strictObject({
  plan: z.string(),
  usdPerMonth: usd,
  pages: z.array(page).min(1),
  read: day,
  copy: z.string(),
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
  framesPerRequest: count,
  /** An object's memory as it is billed, whatever it uses. */
  objectGb: z.number().positive(),
});

const service = {
  name: z.string(),
  page,
  read: day,
  /** Who had copied it from the page, and when, where the page itself could not be read. */
  via: z.strictObject({ page, date: day }).optional(),
  note: z.string().optional(),
};

const hosted = z.discriminatedUnion("model", [
  /** So much with so many users included, and so much for each further one. */
  z.strictObject({
    ...service,
    model: z.literal("plans"),
    plans: z
      .array(z.strictObject({ plan: z.string(), usd, users: count, usdPerFurther: usd, threadSize: count }))
      .min(1),
  }),
  /** Each user at the price of the step they fall in. */
  z.strictObject({
    ...service,
    model: z.literal("graduated"),
    steps: z.array(z.strictObject({ users: count, usdEach: usd })).min(1),
  }),
  /** So much for each so many users begun. */
  z.strictObject({ ...service, model: z.literal("blocks"), users: count, usd, threadSize: count }),
  /** By messages: as each is sent, and as each gets it. */
  z.strictObject({ ...service, model: z.literal("metered"), usdPerMillionSent: usd, usdPerMillionGot: usd }),
  z.strictObject({ ...service, model: z.literal("unknown"), why: z.string() }),
]);

const prices = z.strictObject({ cloudflare, hosted: z.array(hosted) });

export type Prices = z.infer<typeof prices>;
export type CloudflarePrices = Prices["cloudflare"];
export type HostedPrice = Prices["hosted"][number];
export type BilledUnit = keyof CloudflarePrices["units"];

/** The prices in this JSON; throws where it is not of the shape. */
export function pricesFrom(json: unknown): Prices {
  return prices.parse(json);
}
