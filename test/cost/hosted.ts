/** What hosted services list for the same use. Pure. */
import type { Month } from "./month.ts";
import type { HostedPrice } from "./prices.ts";
import type { Use } from "./use.ts";

/** What a service lists, or why that cannot be said. */
export interface HostedQuote {
  name: string;
  page: string;
  read: string;
  via?: { page: string; date: string };
  note?: string;
  plan?: string;
  usd?: number;
  why?: string;
}

export function quoteFor(service: HostedPrice, use: Use, month: Month): HostedQuote {
  const { name, page, read, via, note } = service;
  return {
    name,
    page,
    read,
    ...(via && { via }),
    ...(note !== undefined && { note }),
    ...priceOf(service, use, month),
  };
}

type Price = { plan?: string; usd: number } | { why: string };

function priceOf(service: HostedPrice, use: Use, month: Month): Price {
  const { users } = use;
  const threadSize = use["thread-size"];
  switch (service.model) {
    case "unknown":
      return { why: service.why };
    case "plans": {
      const prices = service.plans
        .filter((one) => threadSize <= one.threadSize)
        .map(({ plan, usd, usdPerFurther, users: included }) => ({
          plan,
          usd: usd + Math.max(0, users - included) * usdPerFurther,
        }));
      return cheapest(prices) ?? { why: "its threads are not so large" };
    }
    case "graduated": {
      let usd = 0;
      let below = 0;
      for (const step of service.steps) {
        usd += Math.max(0, Math.min(users, step.users) - below) * step.usdEach;
        below = step.users;
      }
      return users <= below ? { usd } : { why: "no price was found for so many users" };
    }
    case "blocks":
      if (threadSize > service.threadSize) return { why: "its threads are not so large" };
      return { usd: Math.ceil(users / service.users) * service.usd };
    case "metered": {
      const sent = month.times.message * service.usdPerMillionSent;
      return { usd: (sent + month.messagesGot * service.usdPerMillionGot) / 1e6 };
    }
  }
}

function cheapest(
  plans: readonly { plan: string; usd: number }[],
): { plan: string; usd: number } | undefined {
  const [first] = plans.toSorted((a, b) => a.usd - b.usd);
  return first && { plan: first.plan, usd: first.usd };
}
