import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        // In workerd, through the Worker's own doors.
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ENVIRONMENT: "development",
                GUEST_SIGN_IN: "true",
                ALLOWED_ORIGINS: "https://app.example",
                AUTH_SECRET: "a-secret-for-tests-alone-0123456789",
                SESSION_SECRET: "another-secret-for-tests-alone-0123",
              },
            },
          }),
        ],
        test: {
          name: "workers",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/chaos/**"],
          // Only ever spent on failure: a busy machine is no reason to fail.
          testTimeout: 30_000,
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
        // In Node, against bare workerd: each chaos script in a short form.
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          fileParallelism: false,
          // Only ever spent on failure.
          testTimeout: 180_000,
        },
      },
    ],
  },
});
