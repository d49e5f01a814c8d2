/** What people do on the page, for the tests that watch them. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect, inject } from "vitest";

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

export interface Guest {
  name: string;
  context: BrowserContext;
  page: Page;
  errors: string[];
}

/** Less than half of a test's time: where a poll is left waiting twice, the error still says for what. */
const WAIT_MS = 20_000;

/** A guest in a browser of their own, signed in. What the page logs as an error fails the test that uses it. */
export async function guest(browser: Browser, name: string, options = DESKTOP): Promise<Guest> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(inject("url"));
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return { name, context, page, errors };
}

export const badge = (page: Page) => page.getByTestId("chat-badge");
export const message = (page: Page, text: string) => page.locator("li[data-state]", { hasText: text });
export const chatLink = (page: Page) => page.getByRole("link", { name: /^Chat/ });

export async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Starts a chat with these people, found by the beginning of their names. */
export async function startChat(page: Page, ...names: string[]): Promise<void> {
  await chatLink(page).click();
  await page.getByRole("button", { name: "New chat" }).click();
  for (const name of names) {
    await page.getByLabel("Find people").fill(name.slice(0, -2));
    await page.getByRole("dialog").getByText(name, { exact: true }).click();
  }
  await page.getByRole("button", { name: "Start chat" }).click();
  await page.getByLabel("Message", { exact: true }).waitFor();
}

/** Two who have begun to chat with each other. */
export async function pair(browser: Browser): Promise<{ ada: Guest; bob: Guest }> {
  const bob = await guest(browser, unique("Bob"), DESKTOP);
  const ada = await guest(browser, unique("Ada"), DESKTOP);
  await startChat(ada.page, bob.name);
  return { ada, bob };
}

/** Asks the API as whoever the page is signed in as, about the thread that it shows. */
export function ask(page: Page, method: string, path: string, body?: object): Promise<number> {
  return page.evaluate(
    async ([verb, suffix, json]) => {
      const threadId = location.pathname.split("/").at(-1);
      const headers = { "content-type": "application/json" };
      const init = { method: verb, ...(json !== undefined && { headers, body: json }) };
      return (await fetch(`/api/threads/${threadId}${suffix}`, init)).status;
    },
    [method, path, body && JSON.stringify(body)] as const,
  );
}

/** Sends this many messages, `number 1 of many` and so on, in the chat that the page shows. */
export async function say(page: Page, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await ask(page, "POST", "/messages", { body: `number ${i} of many` });
}

/** A name that no other test uses. */
export const unique = (name: string) => `${name} ${crypto.randomUUID().slice(0, 8)}`;

export async function closeAll(...people: Guest[]): Promise<void> {
  for (const { context, errors } of people) {
    expect(errors).toEqual([]);
    await context.close();
  }
}

/**
 * Rooms whose sockets can be cut, while all else of the page goes on: from the next load on, over reloads too. In the
 * page itself: Playwright's routes of sockets were seen to hang where a page reloads while one closes.
 */
export async function cuttableRooms(
  page: Page,
): Promise<{ all: () => Promise<void>; end: () => Promise<void> }> {
  await page.addInitScript(() => {
    const open = new Set<WebSocket>();
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        const isRoom = /threads\/.*\/socket/.test(String(url));
        // A path that takes no sockets: refused by the server, as the browser tells it.
        super(isRoom && sessionStorage.getItem("cut") ? new URL("/no-socket", url) : url, protocols);
        if (isRoom) open.add(this);
      }
    };
    addEventListener("cut", () => {
      sessionStorage.setItem("cut", "yes");
      for (const socket of open) socket.close();
    });
  });
  return {
    all: () => page.evaluate(() => void dispatchEvent(new Event("cut"))),
    end: () => page.evaluate(() => sessionStorage.removeItem("cut")),
  };
}
