/** The configuration page lists every setting with its default. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import page from "../../docs/configuration.md?raw";
import { configOf } from "../../src/config/config.ts";
import { SETTINGS } from "../../src/config/settings.ts";

/** The names of the table, each with its default where that is a value. */
const listed = new Map(
  [...page.matchAll(/^\| `([A-Z_\d]+)` .*\| ([^|]+?) +\|$/gm)].map(([, name = "", standard = ""]) => [
    name,
    /^`(.+)`$/.exec(standard)?.[1],
  ]),
);

it("lists every setting", () => {
  expect([...listed.keys()].toSorted()).toEqual(SETTINGS.toSorted());
});

it("gives the defaults of the code", () => {
  const required = { SESSION_SECRET: env.SESSION_SECRET, AUTH_SECRET: env.AUTH_SECRET };
  const stated = Object.fromEntries([...listed].filter(([, standard]) => standard !== undefined));
  expect(Object.keys(stated).length).toBeGreaterThan(5);
  const asStated = configOf({ ...required, ...stated } as unknown as Env);
  expect(asStated).toEqual(configOf({ ...required } as unknown as Env));
});

it("gives each limit a default", () => {
  const limits = SETTINGS.filter((name) => /SOCKETS$|SHARDS$|^RATE_/.test(name));
  expect(limits.filter((name) => listed.get(name) === undefined)).toEqual([]);
});
