/** The page where something happens in the middle of something else. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { ask, closeAll, guest, message, pair, say, send, unique } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** From its next load on, the page's sockets can be told by `closeWith` that the server closes them. */
async function closableSockets(page: Page): Promise<(code: number) => Promise<void>> {
  await page.addInitScript(() => {
    const open = new Set<WebSocket>();
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        open.add(this);
      }
    };
    addEventListener("close-sockets", (event) => {
      const data = JSON.stringify([
        { type: "closing", code: (event as CustomEvent<number>).detail, reason: "" },
      ]);
      for (const socket of open) socket.dispatchEvent(new MessageEvent("message", { data }));
      open.clear();
    });
  });
  await page.reload();
  await page.getByLabel("Message", { exact: true }).waitFor();
  return (code) =>
    page.evaluate((detail) => void dispatchEvent(new CustomEvent("close-sockets", { detail })), code);
}

it("a tab whose browser signed in as somebody else elsewhere is theirs once it reconnects", async () => {
  const { ada, bob } = await pair(browser);
  const closeWith = await closableSockets(ada.page);
  // As a site of which this page knows nothing.
  await ada.page.evaluate(async (name) => {
    const headers = { "content-type": "application/json" };
    await fetch("/api/session", { method: "POST", headers, body: JSON.stringify({ name }) });
  }, bob.name);
  await closeWith(1001);
  await expect.poll(() => ada.page.locator(".nav-name").textContent()).toContain(bob.name);
  await closeAll(ada, bob);
});

it("what one tab does with the session, the browser's other tabs do too", async () => {
  const { ada, bob } = await pair(browser);
  const other = await ada.context.newPage();
  await other.goto(inject("url"));
  await other.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByLabel("Your name").waitFor();
  await ada.page.getByLabel("Your name").fill(bob.name);
  await ada.page.getByRole("button", { name: "Sign in" }).click();
  await expect.poll(() => other.locator(".nav-name").textContent()).toBe(bob.name);
  await closeAll(ada, bob);
});

it("a session that ended is asked after until there is an answer", async () => {
  const { ada, bob } = await pair(browser);
  const closeWith = await closableSockets(ada.page);
  const asked = Promise.withResolvers<void>();
  await ada.page.route("**/api/session", async (route) => {
    await route.abort();
    asked.resolve();
  });
  await closeWith(4001);
  await asked.promise;
  await ada.page.unroute("**/api/session");
  await send(ada.page, "still here");
  await expect
    .poll(() => message(ada.page, "still here").getAttribute("data-state"), { timeout: 30_000 })
    .toBe("sent");
  await closeAll(ada, bob);
});

it("a sign-out that failed is told of until there is a connection again", async () => {
  const { ada, bob } = await pair(browser);
  const closeWith = await closableSockets(ada.page);
  await ada.page.route("**/api/session", (route) => route.abort());
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  const told = ada.page.getByText("You are still signed in");
  await told.waitFor();
  await closeWith(1001);
  await expect.poll(() => told.count()).toBe(0);
  await closeAll(ada, bob);
});

it("a half-written edit stays where older messages are loaded above it", async () => {
  const { ada, bob } = await pair(browser);
  await say(ada.page, 80);
  await ada.page.reload();
  await message(ada.page, "number 80 of many").waitFor();
  const row = ada.page.locator("li[data-seq='79']");
  await row.hover();
  await row.getByRole("button", { name: "Message actions" }).click();
  await ada.page.getByRole("button", { name: "Edit", exact: true }).click();
  const edit = ada.page.getByLabel("Edit message");
  await edit.fill("half written");
  await ada.page.getByRole("log").evaluate((box) => {
    box.scrollTop = 0;
  });
  await ada.page.locator("li[data-seq='1']").waitFor({ state: "attached" });
  expect(await edit.inputValue()).toBe("half written");
  await edit.press("Escape");
  // Whoever works by keyboard is left where they were.
  expect(await row.evaluate((li) => li === document.activeElement)).toBe(true);
  await closeAll(ada, bob);
});

it("what one reads does not move where something above it changes its height", async () => {
  const { ada, bob } = await pair(browser);
  await say(ada.page, 40);
  await message(ada.page, "number 40 of many").waitFor();
  const row = ada.page.locator("li[data-seq='25']");
  const top = () => row.evaluate((li) => Math.round(li.getBoundingClientRect().top));
  await row.evaluate((li) => {
    li.scrollIntoView({ block: "start" });
  });
  const before = await top();
  await ask(ada.page, "PUT", `/messages/2/reactions/${encodeURIComponent("👍")}`);
  await ada.page.locator("li[data-seq='2'] .reactions").waitFor({ state: "attached" });
  await expect.poll(top).toBe(before);
  await closeAll(ada, bob);
});

it("what comes or changes renders no row again but its own", async () => {
  const { ada, bob } = await pair(browser);
  await bob.page.goto(ada.page.url());
  // One after the other, so that each row names its author and its time.
  for (let n = 1; n <= 10; n++) {
    for (const { page } of [ada, bob]) await ask(page, "POST", "/messages", { body: `number ${n}` });
  }
  // A row that is rendered makes its time's text: that is heard.
  await ada.page.addInitScript(`
    const original = Date.prototype.toISOString;
    globalThis.heard = [];
    Date.prototype.toISOString = function () {
      const text = original.call(this);
      heard.push(text);
      return text;
    };
  `);
  await ada.page.reload();
  /** Which of the rows that are shown are rendered while this is done, by their place. */
  const renderedWhile = async (act: () => Promise<unknown>) => {
    const times = ada.page.locator("li[data-state] time");
    const shown = await times.evaluateAll((all) => all.map((time) => time.getAttribute("datetime")));
    await ada.page.evaluate("heard.length = 0");
    await act();
    const heard = new Set(await ada.page.evaluate<string[]>("heard"));
    // But for the newest: its time is in the list of chats, too.
    return shown.slice(0, -1).flatMap((time, index) => (heard.has(String(time)) ? index + 1 : []));
  };
  const inList = (text: string) => ada.page.getByRole("link").getByText(text, { exact: true }).waitFor();
  await inList("number 10");
  await message(ada.page, "number 10").last().waitFor();
  const again = await renderedWhile(async () => {
    await ask(bob.page, "POST", "/messages", { body: "from another" });
    await message(ada.page, "from another").waitFor();
    await send(ada.page, "one's own");
    await inList("You: one's own");
  });
  expect(again).toEqual([]);
  const changed = await renderedWhile(async () => {
    await ask(bob.page, "PUT", `/messages/7/reactions/${encodeURIComponent("👍")}`);
    await ada.page.locator("li[data-seq='7'] .reactions").waitFor();
  });
  expect(changed).toEqual([7]);
  await closeAll(ada, bob);
});

it("what could not be loaded is told of until it is", async () => {
  const { ada, bob } = await pair(browser);
  await say(ada.page, 80);
  await ada.page.route("**/messages?before=*", (route) => route.abort());
  await ada.page.reload();
  await message(ada.page, "number 80 of many").waitFor();
  const older = ada.page.getByRole("button", { name: "Load older messages" });
  await older.click();
  const told = ada.page.getByRole("alert");
  await told.waitFor();
  await ada.page.unroute("**/messages?before=*");
  // Unless the list itself has done so by then.
  await older.evaluateAll(([button]) => (button as HTMLElement | undefined)?.click());
  await ada.page.locator("li[data-seq='1']").waitFor({ state: "attached" });
  await expect.poll(() => told.count()).toBe(0);
  await closeAll(ada, bob);
});

it("a page that waits for the server for long says so", async () => {
  const ada = await guest(browser, unique("Ada"));
  const held = Promise.withResolvers<void>();
  await ada.page.route("**/api/session", async (route) => {
    await held.promise;
    await route.continue();
  });
  await ada.page.reload();
  await ada.page.getByText("Loading…").waitFor();
  held.resolve();
  await expect.poll(() => ada.page.getByText(`Hello, ${ada.name}`).count()).toBe(1);
  await closeAll(ada);
});
