import { readFile } from "node:fs/promises";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { SETTINGS } from "./src/config/settings.ts";
import { keepTemporaryFilesInMemory } from "./test/support/temporary-files.ts";
import { sendModulesUncompressed } from "./test/support/uncompressed-modules.ts";

keepTemporaryFilesInMemory();
sendModulesUncompressed();

/** The Worker and its objects, in the tests' own workerd. */
function lilypad(bindings: Record<string, string> = {}) {
  return [workers(bindings), withoutForeignSourceMaps, withoutExpectedExceptions()];
}

function workers(bindings: Record<string, string>) {
  return cloudflareTest({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        // Empty is not set: all that a developer's own .dev.vars may say.
        ...Object.fromEntries(SETTINGS.map((name) => [name, ""])),
        ENVIRONMENT: "development",
        GUEST_SIGN_IN: "true",
        ALLOWED_ORIGINS: "https://app.example",
        AUTH_SECRET: "tests-alone-qV7nX2mBz9LrT4kYc8WdJ1hF",
        SESSION_SECRET: "tests-alone-Gp5sR0uKe3NwZ6aQv2MxH8jC",
        SERVER_SECRET: "tests-alone-Xw4tB9nVk1Yq7Ls3Ze6Mf0Rd",
        PRESENCE_SHARDS: "8",
        CONTACT_POLICY: "open",
        ...bindings,
      },
    },
  });
}

/** This package's source maps name sources that it does not ship: Vite would warn of each. */
const withoutForeignSourceMaps = {
  name: "without-foreign-source-maps",
  async load(id: string) {
    if (!/\/itty-router\/.*\.mjs$/.test(id)) return null;
    const code = await readFile(id, "utf8");
    return { code: code.replace(/^\/\/# sourceMappingURL=.*$/m, ""), map: null };
  },
};

/**
 * What workerd logs by itself of what tests do on purpose: every exception that leaves an object, although the caller
 * has it too, and the tests assert on what the caller makes of it. Every other exception is shown.
 */
const EXPECTED = [
  // What a test throws, or crashes an object with, begins with this word.
  /Error: expected: /,
  // What callers make of it.
  /LilypadError: A part of the server did not answer/,
  // The number of shards was lowered.
  /LilypadError: PRESENCE_SHARDS was \d+ and is \d+/,
  // A socket that was open when its object was aborted.
  /disconnected: (read end of pipe was aborted|other end of WebSocketPipe was destroyed)/,
];

/** Whether this is an entry of workerd's log, not a test's report that quotes one, and expected. */
function isExpected(text: unknown): boolean {
  if (typeof text !== "string" || !/^(uncaught exception; |exception = )/.test(text)) return false;
  return EXPECTED.some((message) => message.test(text));
}

let isFiltering = false;

/** The plug-in passes workerd's log to the output of this process, a message a write, and has no option for it. */
function withoutExpectedExceptions() {
  return {
    name: "without-expected-exceptions",
    configureVitest() {
      if (isFiltering) return;
      isFiltering = true;
      for (const stream of [process.stdout, process.stderr]) {
        const write = stream.write.bind(stream);
        const filtered = (...args: Parameters<typeof write>) => isExpected(args[0]) || write(...args);
        // Of the two overloads, the parameters of the last one alone are inferred.
        stream.write = filtered as typeof stream.write;
      }
    },
  };
}

function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : Number(text);
}

/** Limits in milliseconds, of a test and of a hook: only ever spent on failure. A slow or busy machine is none. */
const patience = {
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 120_000 } },
  // Which test is slow depends on the machine: none is named for it.
  slowTestThreshold: 600_000,
};

/**
 * One workerd for all files of a project that a runner is given: starting one takes longer than most files do.
 * `fresh-file.ts` clears away what a file leaves behind.
 */
const shared = {
  ...patience,
  isolate: false,
  setupFiles: ["test/support/entry-module.ts", "test/support/fresh-file.ts", "test/support/console.ts"],
  provide: {
    randomSeed: numberFrom("RANDOM_SEED"),
    randomFrames: numberFrom("RANDOM_FRAMES"),
    modelSeed: numberFrom("MODEL_SEED"),
    modelRuns: numberFrom("MODEL_RUNS"),
  },
};

export default defineConfig({
  test: {
    // More than the cores of a small machine: much of the time of a test is waiting.
    maxWorkers: 4,
    projects: [
      {
        // In workerd, through the Worker's own entrances.
        plugins: [lilypad()],
        test: {
          ...shared,
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
            "test/examples/**",
            "test/server/**",
            "test/snippets/**",
            "test/socketio-client/**",
          ],
        },
      },
      {
        // What holds in a room holds in a large one, where all sockets are at relays, and in a new deployment with few
        // shards, where one user is often in the shard of another.
        plugins: [lilypad({ ROOM_SOCKETS: "0", RELAY_SOCKETS: "2", PRESENCE_SHARDS: "2" })],
        test: {
          ...shared,
          name: "other-settings",
          include: [
            "test/relay/**/*.test.ts",
            "test/thread/{keys,system-messages,messages,membership,resume,refusals,blocks}.test.ts",
            "test/thread/moderation/{bans,timeouts}.test.ts",
            "test/presence/**/*.test.ts",
            "test/model/**/*.test.ts",
          ],
          // But what is the same whichever shards its users are in, and waits for long.
          exclude: [
            "test/presence/resharding/**",
            "test/presence/schema.test.ts",
            "test/presence/threads/hidden.test.ts",
            "test/presence/people/profile-propagation.test.ts",
          ],
        },
      },
      {
        // What everyday use costs, for `npm run cost`; without rate limits, so that much is done in little time.
        plugins: [lilypad({ RATE_LIMITS: "off", PRESENCE_SHARDS: "2" })],
        test: {
          ...patience,
          name: "cost",
          include: ["test/cost/measured/**/*.test.ts"],
          provide: { costUse: process.env["COST_USE"] },
        },
      },
      {
        // In Node, the script itself.
        test: {
          ...patience,
          name: "cost:script",
          include: ["test/cost/script/**/*.test.ts"],
        },
      },
      {
        // In Node, against a started `wrangler dev`: real sockets and a real browser.
        test: {
          ...patience,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/server.ts"],
          // The modules that tests share are loaded, and a browser is launched, once a worker.
          isolate: false,
          // A part of each test is waiting: for the server's timers, for the browser.
          maxWorkers: 3,
        },
      },
      {
        // In Python and PHP: the documentation's code in these languages, against a started `wrangler dev`.
        test: {
          ...patience,
          name: "snippets",
          include: ["test/snippets/**/*.test.ts"],
          globalSetup: ["test/e2e/server.ts"],
          fileParallelism: false,
        },
      },
      {
        // The same, for applications that take more than Node: `npm run test:examples`.
        test: {
          ...patience,
          name: "examples",
          include: ["test/examples/**/*.test.ts"],
          globalSetup: ["test/e2e/server.ts"],
          fileParallelism: false,
        },
      },
      {
        // In Node: each chaos program and the benchmark in a short form, the development scripts, and servers with
        // settings of their own.
        test: {
          ...patience,
          name: "chaos",
          isolate: false,
          globalSetup: ["test/chaos/support/bundle.ts"],
          // Tests that run at once do so to wait at once.
          maxConcurrency: 100,
          include: ["chaos", "bench", "dev", "server", "socketio-client"].map(
            (folder) => `test/${folder}/**/*.test.ts`,
          ),
        },
      },
    ],
  },
});
