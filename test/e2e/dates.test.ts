/** Days as the page names them: by the reader's calendar, in which not every day has 24 hours. */
import type { BrowserContext, Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { closeAll, DESKTOP, newGuests, openPage, openThread } from "./page.ts";
import { newDirectThread, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

/** When everybody who is offline was seen last. */
const LAST_SEEN = "2026-11-05T20:00:00-05:00";

/** Gives the messages of all pages of a context times: those that their texts are. */
async function takeTimesFromTexts(context: BrowserContext): Promise<void> {
  const withTimes = (json: string) =>
    JSON.stringify(JSON.parse(json), (key, value: unknown) => {
      if (key === "lastSeenAt") return Date.parse(LAST_SEEN);
      if (typeof value !== "object" || value === null || !("at" in value)) return value;
      const text = "body" in value ? value.body : "preview" in value ? value.preview : undefined;
      const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
      return Number.isNaN(at) ? value : { ...value, at };
    });
  await context.routeWebSocket(/\/socket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const text = String(frame);
      socket.send(text.startsWith("[") ? withTimes(text) : frame);
    });
  });
  await context.route(/\/api\/threads(\?|$)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: withTimes(await response.text()) });
  });
}

/** A page in New York at a time there, with a chat that has these messages, each of its time. */
async function pageAt(now: string, ...times: string[]) {
  const [user, bob] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(user, bob);
  await writeMessages(user, threadId, times);
  const ada = await openPage(browser, user, {
    ...DESKTOP,
    locale: "en-US",
    timezoneId: "America/New_York",
  });
  await takeTimesFromTexts(ada.context);
  await ada.page.clock.install({ time: now });
  await openThread(ada, threadId);
  await ada.page.locator(`[data-seq="${times.length}"]`).waitFor();
  return { ada, bob, page: ada.page };
}

const days = (page: Page) => page.locator(".message-list-day").allTextContents();
const listTime = (page: Page) => page.locator(".thread-row-at").first().textContent();

describe("days", () => {
  it("are yesterday where a clock change made today an hour longer", async () => {
    const { ada, page } = await pageAt("2026-11-01T23:30:00-05:00", "2026-10-31T20:00:00-04:00");
    await expect.poll(() => days(page)).toEqual(["Yesterday"]);
    await expect.poll(() => listTime(page)).toBe("Sat");
    await closeAll(ada);
  });

  it("are not yesterday where a clock change made yesterday an hour shorter", async () => {
    const { ada, page } = await pageAt(
      "2027-03-15T00:30:00-04:00",
      "2027-03-13T23:45:00-05:00",
      "2027-03-14T20:00:00-04:00",
    );
    await expect.poll(() => days(page)).toEqual(["Saturday, March 13", "Yesterday"]);
    await closeAll(ada);
  });

  it("of another year are named with it", async () => {
    const { ada, page } = await pageAt("2027-01-20T12:00:00-05:00", "2026-01-19T12:00:00-05:00");
    await expect.poll(() => days(page)).toEqual(["January 19, 2026"]);
    await expect.poll(() => listTime(page)).toBe("Jan 19, 2026");
    await closeAll(ada);
  });

  it("end at midnight while the page is open", async () => {
    const { ada, bob, page } = await pageAt("2026-11-05T23:00:00-05:00", LAST_SEEN);
    const status = page.getByTestId("here");
    const bobsPage = await openPage(browser, bob);
    await bobsPage.page.goto(inject("url"));
    await expect.poll(() => status.textContent()).toBe("Online");
    await closeAll(bobsPage);
    await expect.poll(() => status.textContent()).toBe("Last seen 8:00 PM");
    await expect.poll(() => days(page)).toEqual(["Today"]);
    await expect.poll(() => listTime(page)).toBe("8:00 PM");
    await page.clock.fastForward("02:00:00");
    await expect.poll(() => days(page)).toEqual(["Yesterday"]);
    await expect.poll(() => listTime(page)).toBe("Thu");
    await expect.poll(() => status.textContent()).toBe("Last seen Thu");
    await closeAll(ada);
  });
});
