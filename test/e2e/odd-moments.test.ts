/** The page where something happens in the middle of something else. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import {
  closeAll,
  cuttableRooms,
  DESKTOP,
  guest,
  message,
  PHONE,
  send,
  startChat,
  unique,
  type Guest,
} from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function pair(): Promise<{ ada: Guest; bob: Guest }> {
  const bob = await guest(browser, unique("Bob"), DESKTOP);
  const ada = await guest(browser, unique("Ada"), DESKTOP);
  await startChat(ada.page, bob.name);
  return { ada, bob };
}

/** Asks the API as whoever the page is signed in as, about the thread that it shows. */
function ask(page: Page, method: string, path: string, body?: object): Promise<number> {
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

async function say(page: Page, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await ask(page, "POST", "/messages", { body: `number ${i} of many` });
}

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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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
  const { ada, bob } = await pair();
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

/** The role of what has the focus; where it names none, what it says. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("role") ?? document.activeElement?.textContent);

/** Run in a page: whether the first of these has the focus once it is given it. */
function focusFirst([first]: Element[]): boolean {
  (first as HTMLElement | undefined)?.focus();
  return first !== undefined && first === document.activeElement;
}

it("the focus stays with the list where its button for older messages goes", async () => {
  const { ada, bob } = await pair();
  await say(ada.page, 80);
  const held = Promise.withResolvers<void>();
  await ada.page.route("**/messages?before=*", async (route) => {
    await held.promise;
    await route.continue();
  });
  await ada.page.reload();
  await message(ada.page, "number 80 of many").waitFor();
  await ada.page.getByRole("button", { name: "Load older messages" }).focus();
  await ada.page.keyboard.press("Enter");
  // Still there while it is under way.
  await ada.page.getByRole("button", { name: "Loading older messages…" }).waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Loading older messages…");
  held.resolve();
  await ada.page.locator("li[data-seq='1']").waitFor({ state: "attached" });
  await expect.poll(() => focused(ada.page)).toBe("log");
  await closeAll(ada, bob);
});

it("the focus stays with what tells of the connection where its button goes", async () => {
  const { ada, bob } = await pair();
  const cut = await cuttableRooms(ada.page);
  await ada.page.reload();
  await ada.page.getByLabel("Message", { exact: true }).waitFor();
  await cut.all();
  // It takes no focus while it is not shown, which is the first second of each wait.
  const tryNow = () => ada.page.getByRole("button", { name: "Try now" }).evaluateAll(focusFirst);
  await expect.poll(tryNow, { timeout: 30_000 }).toBe(true);
  await ada.page.keyboard.press("Enter");
  await cut.end();
  await expect.poll(() => ada.page.getByTestId("here").textContent(), { timeout: 30_000 }).not.toBe("");
  await expect.poll(() => focused(ada.page)).toBe("status");
  await closeAll(ada, bob);
});

it("whoever picks people by keyboard types on, and so does whoever takes one back", async () => {
  const names = [unique("Bob"), unique("Carol")];
  const [bob, carol] = await Promise.all(names.map((name) => guest(browser, name)));
  const ada = await guest(browser, unique("Ada"));
  if (!bob || !carol) throw new Error("two were asked for");
  await ada.page.goto(`${inject("url")}/chat`);
  await ada.page.getByRole("button", { name: "New chat" }).press("Enter");
  await ada.page.getByLabel("Find people").waitFor();
  for (const { name } of [bob, carol]) {
    await ada.page.keyboard.type(name);
    await ada.page.getByRole("button", { name, exact: true }).press("Enter");
    await ada.page.getByRole("button", { name: `Remove ${name}` }).waitFor();
  }
  await ada.page.getByRole("button", { name: `Remove ${bob.name}` }).press("Enter");
  await ada.page.keyboard.type("by");
  expect(await ada.page.getByLabel("Find people").inputValue()).toBe("by");
  await closeAll(ada, bob, carol);
});

it("a button that asked for something keeps the focus where that fails", async () => {
  const [bob, carol] = [await guest(browser, unique("Bob")), await guest(browser, unique("Carol"))];
  const ada = await guest(browser, unique("Ada"));
  await startChat(ada.page, bob.name, carol.name);
  await ada.page.route("**/api/threads/*", async (route) => {
    // By then the page has shown that it is under way.
    await ada.page.locator("button[aria-disabled='true']").waitFor();
    await route.abort();
  });
  await ada.page.getByRole("button", { name: "Details" }).click();
  await ada.page.getByRole("button", { name: "Rename" }).click();
  await ada.page.getByLabel("Name", { exact: true }).fill("Pond");
  await ada.page.getByRole("button", { name: "Save" }).press("Enter");
  await ada.page.getByRole("dialog").getByRole("alert").waitFor();
  expect(await focused(ada.page)).toBe("Save");
  await closeAll(ada, bob, carol);
});

it("a message's menu fits the narrowest phone", async () => {
  const bob = await guest(browser, unique("Bob"));
  const ada = await guest(browser, unique("Ada"), { ...PHONE, viewport: { width: 320, height: 568 } });
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  for (const text of ["Hi", "Hello"]) {
    if (text === "Hello") await send(ada.page, text);
    await message(ada.page, text).getByRole("button", { name: "Message actions" }).click();
    const menu = ada.page.getByRole("group", { name: "Message actions" });
    const { x = -1, width = 0 } = (await menu.boundingBox()) ?? {};
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(320);
    expect(await ada.page.getByRole("log").evaluate((list) => list.scrollLeft)).toBe(0);
    await ada.page.keyboard.press("Escape");
  }
  await closeAll(ada, bob);
});

it("a name that fills its line leaves the time beside it in one piece", async () => {
  const bob = await guest(browser, `${"W".repeat(40)} ${crypto.randomUUID()}`);
  const ada = await guest(browser, unique("Ada"), PHONE);
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  const time = message(ada.page, "Hi").locator("time");
  await time.waitFor();
  const isOneLine = (one: Element) => one.clientHeight < 2 * parseFloat(getComputedStyle(one).fontSize);
  expect(await time.evaluate(isOneLine)).toBe(true);
  await closeAll(ada, bob);
});

it("what is in a script from right to left runs so, in a page that does not", async () => {
  const bob = await guest(browser, unique("דניאל"));
  const ada = await guest(browser, unique("Ada"));
  await startChat(ada.page, bob.name);
  await send(ada.page, "Hello!");
  await bob.page.goto(ada.page.url());
  await send(bob.page, "שלום!");
  await ada.page.getByLabel("Message", { exact: true }).fill("תודה");
  const { page } = ada;
  for (const one of [
    page.getByRole("heading", { name: bob.name }),
    page.getByLabel("Message", { exact: true }),
    message(page, "שלום!").getByText(bob.name),
    message(page, "שלום!").getByText("שלום!"),
    page.getByRole("link").getByText(bob.name),
    page.getByRole("link").getByText("שלום!"),
  ]) {
    expect(await one.evaluate((text) => getComputedStyle(text).direction)).toBe("rtl");
  }
  const hello = message(page, "Hello!").getByText("Hello!");
  expect(await hello.evaluate((text) => getComputedStyle(text).direction)).toBe("ltr");
  await closeAll(ada, bob);
});

it("what could not be loaded is told of until it is", async () => {
  const { ada, bob } = await pair();
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

it("whoever adds people to a group types their names at once", async () => {
  const [bob, carol] = [await guest(browser, unique("Bob")), await guest(browser, unique("Carol"))];
  const ada = await guest(browser, unique("Ada"));
  await startChat(ada.page, bob.name, carol.name);
  await ada.page.getByRole("button", { name: "Details" }).click();
  await ada.page.getByRole("button", { name: "Add people" }).click();
  const search = ada.page.getByLabel("Find people");
  await search.waitFor();
  await expect.poll(() => search.evaluate((box) => box === document.activeElement)).toBe(true);
  await closeAll(ada, bob, carol);
});

it("a message's menu closes behind whoever leaves it by keyboard", async () => {
  const { ada, bob } = await pair();
  await send(ada.page, "first");
  await send(ada.page, "second");
  await expect.poll(() => message(ada.page, "second").getAttribute("data-state")).toBe("sent");
  await message(ada.page, "first").getByRole("button", { name: "Message actions" }).press("Enter");
  const menu = ada.page.getByRole("group", { name: "Message actions" });
  await menu.getByRole("button", { name: "Delete", exact: true }).press("Enter");
  await menu.getByText("This cannot be undone.").click();
  await menu.getByRole("button", { name: "Delete for everyone" }).focus();
  await ada.page.keyboard.press("Tab");
  await expect.poll(() => menu.count()).toBe(0);
  const next = message(ada.page, "second").getByRole("button", { name: "Message actions" });
  expect(await next.evaluate((button) => button === document.activeElement)).toBe(true);
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
