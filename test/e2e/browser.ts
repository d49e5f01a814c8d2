/** A headless browser: on Linux x64 the Chromium of an npm package, elsewhere the Chrome that is installed. */
import { createRequire } from "node:module";
import type { Browser, BrowserContext, LaunchOptions, Page } from "playwright-core";
import { afterAll, inject } from "vitest";
import { isFree } from "./page-pool.ts";
import { WAIT_LIMIT_MS } from "../support/wait-limit.ts";

/** Not imported: Node would parse all of it twice, to find the names that it exports. */
const { chromium: playwright } = createRequire(import.meta.url)(
  "playwright-core",
) as typeof import("playwright-core");

/**
 * Not the package's own arguments, which are meant for cloud functions: they run everything in one process, where two
 * contexts share their cookies. The browser makes no requests of its own, so that it also runs without a network.
 */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--headless=shell",
];

/** How much slower than the machine pages run, to find tests that depend on its speed. */
const SLOWDOWN = Number(process.env["PAGE_SLOWDOWN"] ?? 1);

let launched: Promise<Browser> | undefined;

/**
 * The one browser of this process, for all files that run in it: each guest has a context of their own anyway. It ends
 * with the process. What a file leaves open, as where a test failed, is closed after it.
 */
export async function sharedBrowser(): Promise<Browser> {
  const browser = await (launched ??= launch());
  afterAll(async () => {
    for (const context of browser.contexts()) if (!isFree(context)) await context.close();
  });
  return browser;
}

async function launch(): Promise<Browser> {
  const browser = await playwright.launch(executable());
  browser.on("context", prepareContext);
  return browser;
}

function executable(): LaunchOptions {
  const executablePath = inject("chromium");
  return executablePath === undefined
    ? { channel: "chrome" }
    : { executablePath, args: ARGS, headless: true };
}

function prepareContext(context: BrowserContext): void {
  context.setDefaultTimeout(WAIT_LIMIT_MS);
  if (SLOWDOWN > 1) context.on("page", slowDown);
}

function slowDown(page: Page): void {
  page
    .context()
    .newCDPSession(page)
    .then((devTools) => devTools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN }))
    // Closed already.
    .catch(() => undefined);
}
