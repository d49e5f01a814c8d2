import { expect, it } from "vitest";
import { Results, type Measurement } from "../results.ts";
import { scenarioTable } from "./tables.ts";
import { targetsTable } from "./targets.ts";
import { FIRST_VISIT, RECONNECTING } from "../scenarios/connecting.ts";
import { roomOf } from "../scenarios/rooms.ts";
import { lilypad } from "../systems/lilypad.ts";
import { socketIo } from "../systems/peers.ts";

function measured(round: number, server: string, deliveriesPerS: number, window = 16): Measurement {
  const load = `${window} in flight`;
  return { round, scenario: "room-100", load, server, figures: { deliveriesPerS }, errorDetails: [] };
}

/** In the second round both are slower; the third has an outlier. */
const ROUNDS = [
  measured(1, "lilypad", 300_000),
  measured(1, "socket.io", 100_000),
  measured(2, "lilypad", 120_000),
  measured(2, "socket.io", 50_000),
  measured(3, "lilypad", 90_000),
  measured(3, "socket.io", 100_000),
];

it("divides figures within their round, and reports the median ratio with its range", () => {
  const of = (server: string) => ({
    scenario: "room-100",
    load: "16 in flight",
    server,
    figure: "deliveriesPerS",
  });
  expect(new Results(ROUNDS).ratio(of("lilypad"), of("socket.io"))).toEqual({
    median: 2.4,
    min: 0.9,
    max: 3,
  });
  expect(new Results(ROUNDS).ratio(of("lilypad"), of("bun"))).toBeUndefined();
});

it("shows the targets that were measured, and whether they are met", () => {
  const met = targetsTable(new Results([...ROUNDS, measured(1, "object", 250_000)]));
  expect(met).toMatch(
    /room of 100, 16 in flight: to Socket.IO \| at least 2 × \| 2.4 \(0.9 to 3\) \| PASS \| 2.5 \|/,
  );
  expect(met).not.toMatch(/Bun|Flask|1,000/);
  const missed = targetsTable(new Results(ROUNDS.slice(4)));
  expect(missed).toMatch(/at least 2 × \| 0.9 \| \*\*MISS\*\*/);
  expect(targetsTable(new Results())).toBe("");
});

it("holds the ordinary case to a bare Durable Object that stores", () => {
  const connected = (server: string, load: string, perS: number): Measurement => ({
    ...measured(1, server, 0),
    scenario: "connect",
    load,
    figures: { perS },
  });
  const table = targetsTable(
    new Results([
      connected("object+sqlite", FIRST_VISIT, 1_000),
      connected("lilypad", FIRST_VISIT, 500),
      connected("object+sqlite", RECONNECTING, 1_000),
      connected("lilypad", RECONNECTING, 400),
    ]),
  );
  expect(table).toMatch(/first visit: to a bare Durable Object that stores \| at least 0.4 × \| 0.5 \| PASS/);
  expect(table).toMatch(/all back at once: to .* \| at least 0.5 × \| 0.4 \| \*\*MISS\*\*/);
});

it("compares the time to the last receiver at the smallest load that saturates Socket.IO", () => {
  const at = (server: string, window: number, deliveriesPerS: number, p99Ms: number): Measurement => ({
    ...measured(1, server, deliveriesPerS, window),
    figures: { deliveriesPerS, p99Ms },
  });
  const results = new Results([
    at("socket.io", 1, 176_000, 1),
    at("socket.io", 16, 150_000, 20),
    at("socket.io", 64, 184_000, 90),
    at("lilypad", 1, 60_000, 3),
    at("lilypad", 16, 800_000, 5),
    at("lilypad", 64, 2_000_000, 9),
  ]);
  expect(targetsTable(results)).toMatch(/p99 to the last of 100, 64 in flight, .* \| 0.1 \| PASS \|/);
});

it("shows what was measured, in the order of the servers", () => {
  const rows = scenarioTable(roomOf(100), [lilypad(), socketIo], new Results(ROUNDS)).split("\n").slice(-2);
  expect(rows[0]).toMatch(/^\| 16 in flight \| \*\*Lilypad\*\* \| 120,000 \|.* \| 2.4 \(0.9 to 3\) \|$/);
  expect(rows[1]).toMatch(/^\| 16 in flight \| Socket.IO \| 100,000 \|.* \| 1 \|$/);
});

it("reads the figures it wrote, also unknown ones", () => {
  const results = new Results([{ ...measured(1, "lilypad", 1), figures: { p50Ms: NaN, errors: 0 } }]);
  expect(Results.fromJson(results.toJson()).all).toEqual(results.all);
});
