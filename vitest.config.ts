import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { SETTINGS } from "./src/config/config.ts";

/** The Worker and its objects, in the tests' own workerd. */
function lilypad(bindings: Record<string, string> = {}) {
  return cloudflareTest({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        // Empty is not set: all that a developer's own .dev.vars may say.
        ...Object.fromEntries(SETTINGS.map((name) => [name, ""])),
        ENVIRONMENT: "development",
        GUEST_SIGN_IN: "true",
        ALLOWED_ORIGINS: "https://app.example",
        AUTH_SECRET: "a-secret-for-tests-alone-0123456789",
        SESSION_SECRET: "another-secret-for-tests-alone-0123",
        PRESENCE_SHARDS: "8",
        ...bindings,
      },
    },
  });
}

function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : Number(text);
}

export default defineConfig({
  test: {
    // Two files at a time, on a machine of two cores too: much of a test's time is waiting.
    maxWorkers: 2,
    projects: [
      {
        // In workerd, through the Worker's own doors.
        plugins: [lilypad()],
        test: {
          name: "workers",
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/e2e/**",
            "test/model/**",
            "test/chaos/**",
            "test/bench/**",
            "test/relay/**",
            "test/cost/measured/**",
            "test/cost/script/**",
            "test/dev/**",
          ],
          // Only ever spent on failure: a busy machine is no reason to fail.
          testTimeout: 30_000,
        },
      },
      {
        // What holds in a room holds in a large one: here all sockets are at relays.
        plugins: [lilypad({ ROOM_SOCKETS: "0", RELAY_SOCKETS: "2" })],
        test: {
          name: "relayed",
          include: ["test/relay/**/*.test.ts", "test/thread/{messages,membership,resume,refusals}.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        // Random programs, in workerd too; without rate limits, which would answer most of a program.
        plugins: [lilypad({ RATE_LIMITS: "off" })],
        test: {
          name: "model",
          include: ["test/model/**/*.test.ts"],
          provide: { modelSeed: numberFrom("MODEL_SEED"), modelRuns: numberFrom("MODEL_RUNS") },
        },
      },
      {
        // What everyday use costs, for `npm run cost`; without rate limits, so that much is done in little time.
        plugins: [lilypad({ RATE_LIMITS: "off" })],
        test: {
          name: "cost",
          include: ["test/cost/measured/**/*.test.ts"],
          provide: { costUse: process.env["COST_USE"] },
        },
      },
      {
        // In Node, the script itself.
        test: {
          name: "cost:script",
          include: ["test/cost/script/**/*.test.ts"],
          testTimeout: 180_000,
        },
      },
      {
        // In Node, against a started `wrangler dev`: real sockets and a real browser.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/server.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Only ever spent on failure.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        // In Node: each chaos program and the benchmark in a short form, and the development scripts.
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts", "test/bench/**/*.test.ts", "test/dev/**/*.test.ts"],
          // Only ever spent on failure.
          testTimeout: 180_000,
        },
      },
    ],
  },
});
