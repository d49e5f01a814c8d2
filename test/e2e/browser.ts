/** A headless browser: on Linux x64 the Chromium of an npm package, elsewhere the Chrome that is installed. */
import { chromium as playwright, type Browser } from "playwright-core";

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

export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome" });
  const { default: chromium } = await import("@sparticuz/chromium");
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ARGS,
    headless: true,
  });
}
