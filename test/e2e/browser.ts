/** A real browser: the Chromium that comes in an npm package on Linux x64, elsewhere the Chrome of the machine. */
import { chromium as playwright, type Browser } from "playwright-core";

/** The machine's own network is closed to a browser that looks things up by itself. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome" });
  const { default: chromium } = await import("@sparticuz/chromium");
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, ...QUIET],
    headless: true,
  });
}
