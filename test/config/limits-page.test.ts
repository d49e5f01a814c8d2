/** The limits page lists every rate limit, with the number that is in force. */
import { describe, expect, it } from "vitest";
import page from "../../docs/limits.md?raw";
import { SETTINGS } from "../../src/config/settings.ts";
import * as contract from "../../src/protocol/limits.ts";
import wranglerToml from "../../wrangler.toml?raw";

const limits: Record<string, unknown> = { ...contract };

const NAME = /`([A-Z_\d]+)`/g;

/** Each setting of the table, with the number of its row: of two settings the first has the first number. */
const listed = new Map(
  page
    .split("\n")
    .filter((line) => line.startsWith("|") && line.includes("`"))
    .flatMap((line) => {
      const [most = "", setting = ""] = line.split("|").slice(3);
      const numbers = [...most.matchAll(/\d+/g)].map(Number);
      return [...setting.matchAll(NAME)].map(([, name = ""], i) => [name, numbers[i]] as const);
    }),
);

/** The bindings of wrangler.toml, and how many each lets through in a minute. */
const bindings = new Map(
  wranglerToml.split("[[ratelimits]]").flatMap((text) => {
    const [, name = ""] = /^\nname = "([A-Z_]+)"/.exec(text) ?? [];
    const [, limit, period] = /limit = (\d+), period = (\d+)/.exec(text) ?? [];
    return name === "" ? [] : [[name, { limit: Number(limit), period: Number(period) }] as const];
  }),
);

/** The constants that settings have as defaults, and bindings as limits. */
const CONSTANTS: Record<string, keyof typeof contract> = {
  READ_LIMIT: "GETS_PER_MINUTE",
  WRITE_LIMIT: "WRITES_PER_MINUTE",
  OPEN_LIMIT: "OPENS_PER_MINUTE",
  NEW_THREAD_LIMIT: "NEW_THREADS_PER_MINUTE",
  CHAT_LIST_LIMIT: "CHAT_LISTS_PER_MINUTE",
  SIGN_IN_LIMIT: "SIGN_INS_PER_MINUTE",
  ANONYMOUS_LIMIT: "ANONYMOUS_PER_MINUTE",
  RATE_LIMIT_BURST: "RATE_BURST",
  RATE_LIMIT_PER_10S: "RATE_PER_10S",
  RATE_LIMIT_USER_BURST: "USER_RATE_BURST",
  RATE_LIMIT_USER_PER_10S: "USER_RATE_PER_10S",
  RATE_LIMIT_OPENS_BURST: "OPENS_BURST",
  RATE_LIMIT_OPENS_PER_10S: "OPENS_PER_10S",
};

describe("the limits page", () => {
  it("gives the numbers of the code", () => {
    for (const [name, number] of listed) {
      expect([name, limits[CONSTANTS[name] ?? name]]).toEqual([name, number]);
    }
  });

  it("lists every setting and every binding that is a rate", () => {
    const rates = SETTINGS.filter((name) => name.startsWith("RATE_LIMIT_"));
    expect([...listed.keys()]).toEqual(expect.arrayContaining([...rates, ...bindings.keys()]));
  });
});

it("wrangler.toml has the limits of the contract", () => {
  const expected = Object.entries(CONSTANTS).filter(([name]) => name.endsWith("_LIMIT"));
  expect(Object.fromEntries(bindings)).toEqual(
    Object.fromEntries(expected.map(([name, constant]) => [name, { limit: limits[constant], period: 60 }])),
  );
});
