/** The page while the browser is offline. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { chatLink, closeAll, send, startChatAlone, stopClock, waitUntilSent } from "./page.ts";

const browser = await sharedBrowser();

const banner = (page: Page) => page.locator(".connection-banner > p");
/** What delays the banner's appearance, if anything does. */
const bannerAnimations = (page: Page) =>
  banner(page).evaluateAll((all) => all.map((text) => getComputedStyle(text).animationName));
const offline = (page: Page) => page.getByText("You are offline.");

it("says so at once, in a chat and in the list, and is back at once", async () => {
  const { ada } = await startChatAlone(browser);
  await send(ada.page, "first");
  await waitUntilSent(ada.page, "first");
  // Nothing that follows waits for a timer.
  await stopClock(ada.page);
  await ada.context.setOffline(true);
  await expect.poll(() => offline(ada.page).isVisible()).toBe(true);
  expect(await bannerAnimations(ada.page)).toEqual(["none"]);
  await ada.context.setOffline(false);
  await expect.poll(() => banner(ada.page).count()).toBe(0);
  await send(ada.page, "second");
  await waitUntilSent(ada.page, "second");

  await chatLink(ada.page).click();
  await ada.context.setOffline(true);
  await expect.poll(() => offline(ada.page).isVisible()).toBe(true);
  await ada.context.setOffline(false);
  await expect.poll(() => banner(ada.page).count()).toBe(0);
  await closeAll(ada);
});
