/** The page for keyboard users: where the focus goes when what has it is removed. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import {
  addMessages,
  closeAll,
  composer,
  controlThreadConnections,
  messageRow,
  messageRowBySeq,
  openDetails,
  send,
  signInGuest,
  startChat,
  startDirectChat,
  uniqueName,
  waitUntilSent,
} from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Role of the element that has the focus, or its text where it has no explicit role. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("role") ?? document.activeElement?.textContent);

/** Run in the page: focuses the first element, and returns whether it has the focus then. */
function focusFirst([first]: Element[]): boolean {
  (first as HTMLElement | undefined)?.focus();
  return first !== undefined && first === document.activeElement;
}

it("loading older messages by its button moves the focus to the list when the button is removed", async () => {
  const { ada, bob } = await startDirectChat(browser);
  await addMessages(ada.page, 80);
  const mayAnswer = Promise.withResolvers<void>();
  await ada.page.route("**/messages?before=*", async (route) => {
    await mayAnswer.promise;
    await route.continue();
  });
  await ada.page.reload();
  await messageRow(ada.page, "number 80 of many").waitFor();
  await ada.page.getByRole("button", { name: "Load older messages" }).focus();
  await ada.page.keyboard.press("Enter");
  // The button stays while they are loading.
  await ada.page.getByRole("button", { name: "Loading older messages…" }).waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Loading older messages…");
  mayAnswer.resolve();
  await messageRowBySeq(ada.page, 1).waitFor({ state: "attached" });
  await expect.poll(() => focused(ada.page)).toBe("log");
  await closeAll(ada, bob);
});

it("reconnecting by its button moves the focus to the banner when the button is removed", async () => {
  const { ada, bob } = await startDirectChat(browser);
  const connections = await controlThreadConnections(ada.page);
  await ada.page.reload();
  await composer(ada.page).waitFor();
  await connections.cut();
  // Polled: during the first second of each wait the banner is hidden and cannot be focused.
  const tryNow = () => ada.page.getByRole("button", { name: "Try now" }).evaluateAll(focusFirst);
  await expect.poll(tryNow, { timeout: 30_000 }).toBe(true);
  await ada.page.keyboard.press("Enter");
  await connections.restore();
  await expect.poll(() => ada.page.getByTestId("here").textContent(), { timeout: 30_000 }).not.toBe("");
  await expect.poll(() => focused(ada.page)).toBe("status");
  await closeAll(ada, bob);
});

it("the search field has the focus again after a person is picked or removed", async () => {
  const names = [uniqueName("Bob"), uniqueName("Carol")];
  const [bob, carol] = await Promise.all(names.map((name) => signInGuest(browser, name)));
  const ada = await signInGuest(browser, uniqueName("Ada"));
  if (!bob || !carol) throw new Error("expected two guests");
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

it("a button whose request failed keeps the focus", async () => {
  const [bob, carol] = [
    await signInGuest(browser, uniqueName("Bob")),
    await signInGuest(browser, uniqueName("Carol")),
  ];
  const ada = await signInGuest(browser, uniqueName("Ada"));
  await startChat(ada.page, bob.name, carol.name);
  await ada.page.route("**/api/threads/*", async (route) => {
    // Fails only after the page has shown the request as in progress.
    await ada.page.locator("button[aria-disabled='true']").waitFor();
    await route.abort();
  });
  await openDetails(ada.page);
  await ada.page.getByRole("button", { name: "Rename" }).click();
  await ada.page.getByLabel("Name", { exact: true }).fill("Pond");
  await ada.page.getByRole("button", { name: "Save" }).press("Enter");
  await ada.page.getByRole("dialog").getByRole("alert").waitFor();
  expect(await focused(ada.page)).toBe("Save");
  await closeAll(ada, bob, carol);
});

it("the search field has the focus as soon as people can be added to a group", async () => {
  const [bob, carol] = [
    await signInGuest(browser, uniqueName("Bob")),
    await signInGuest(browser, uniqueName("Carol")),
  ];
  const ada = await signInGuest(browser, uniqueName("Ada"));
  await startChat(ada.page, bob.name, carol.name);
  await openDetails(ada.page);
  await ada.page.getByRole("button", { name: "Add people" }).click();
  const search = ada.page.getByLabel("Find people");
  await search.waitFor();
  await expect.poll(() => search.evaluate((box) => box === document.activeElement)).toBe(true);
  await closeAll(ada, bob, carol);
});

it("a message's menu closes when the focus leaves it", async () => {
  const { ada, bob } = await startDirectChat(browser);
  await send(ada.page, "first");
  await send(ada.page, "second");
  await waitUntilSent(ada.page, "second");
  await messageRow(ada.page, "first").getByRole("button", { name: "Message actions" }).press("Enter");
  const menu = ada.page.getByRole("group", { name: "Message actions" });
  await menu.getByRole("button", { name: "Delete", exact: true }).press("Enter");
  await menu.getByText("This cannot be undone.").click();
  await menu.getByRole("button", { name: "Delete for everyone" }).focus();
  await ada.page.keyboard.press("Tab");
  await expect.poll(() => menu.count()).toBe(0);
  const next = messageRow(ada.page, "second").getByRole("button", { name: "Message actions" });
  expect(await next.evaluate((button) => button === document.activeElement)).toBe(true);
  await closeAll(ada, bob);
});
