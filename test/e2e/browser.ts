/** A real browser: the Chromium that comes in an npm package on Linux x64, elsewhere the Chrome of the machine. */
import { chromium as playwright, type Browser } from "playwright-core";

/**
 * Not the package's own arguments, which are for a cloud function: with a single process for all, two contexts come up
 * as one. And nothing of its own over the network, which may be closed.
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
