/** The page for whoever works by keyboard: where the focus is. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { closeAll, cuttableRooms, guest, message, pair, say, send, startChat, unique } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The role of what has the focus; where it names none, what it says. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("role") ?? document.activeElement?.textContent);

/** Run in a page: whether the first of these has the focus once it is given it. */
function focusFirst([first]: Element[]): boolean {
  (first as HTMLElement | undefined)?.focus();
  return first !== undefined && first === document.activeElement;
}

it("the focus stays with the list where its button for older messages goes", async () => {
  const { ada, bob } = await pair(browser);
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
  const { ada, bob } = await pair(browser);
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
  const { ada, bob } = await pair(browser);
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
