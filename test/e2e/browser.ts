/** A headless browser: on Linux x64 the Chromium of an npm package, elsewhere the Chrome that is installed. */
import { chromium as playwright, type Browser, type BrowserContext, type Page } from "playwright-core";
import { WAIT_LIMIT_MS } from "../support/wait-limit.ts";

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

export async function launchBrowser(): Promise<Browser> {
  const browser = await launch();
  browser.on("context", prepareContext);
  return browser;
}

async function launch(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome" });
  const { default: chromium } = await import("@sparticuz/chromium");
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ARGS,
    headless: true,
  });
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
