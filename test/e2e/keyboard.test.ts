/** The page for keyboard users: where the focus goes when what has it is removed. */
import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  controlThreadConnections,
  detailsDialog,
  expectFocus,
  messageRow,
  messageRowBySeq,
  newGuests,
  openDetails,
  openPage,
  openThread,
  send,
  startChatAlone,
  startGroupAlone,
  stopClock,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread } from "./people.ts";

const browser = await sharedBrowser();

/** Role of the element that has the focus, or its text where it has no explicit role. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("role") ?? document.activeElement?.textContent);

it("loading older messages by its button moves the focus to the list when the button is removed", async () => {
  const { ada } = await startChatAlone(browser, { messages: 80 });
  const mayAnswer = Promise.withResolvers<void>();
  await ada.page.route("**/messages?before=*", async (route) => {
    await mayAnswer.promise;
    await route.continue();
  });
  await messageRow(ada.page, "number 80 of many").waitFor();
  await ada.page.getByRole("button", { name: "Load older messages" }).focus();
  await ada.page.keyboard.press("Enter");
  // The button stays while they are loading.
  await ada.page.getByRole("button", { name: "Loading older messages…" }).waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Loading older messages…");
  mayAnswer.resolve();
  await messageRowBySeq(ada.page, 1).waitFor({ state: "attached" });
  await expect.poll(() => focused(ada.page)).toBe("log");
  await closeAll(ada);
});

it("reconnecting by its button moves the focus to the banner when the button is removed", async () => {
  const [user, bob] = await newGuests("Ada", "Bob");
  const ada = await openPage(browser, user);
  const connections = await controlThreadConnections(ada.page);
  await openThread(ada, await newDirectThread(ada, bob));
  const here = ada.page.getByTestId("here");
  await expect.poll(() => here.textContent()).not.toBe("");
  // It does not reconnect by itself, which would take the button away.
  await stopClock(ada.page);
  await connections.cut();
  const tryNow = ada.page.getByRole("button", { name: "Try now" });
  // Not at once: the banner is hidden, and cannot be focused, for its first second.
  await tryNow.waitFor();
  await tryNow.focus();
  await expectFocus(tryNow);
  await connections.allow();
  await ada.page.keyboard.press("Enter");
  await expect.poll(() => here.textContent()).not.toBe("");
  await expect.poll(() => focused(ada.page)).toBe("status");
  await closeAll(ada);
});

it("the search field has the focus again after a person is picked or removed", async () => {
  const [user, bob, carol] = await newGuests("Ada", "Bob", "Carol");
  const ada = await openPage(browser, user);
  await ada.page.goto(`${inject("url")}/chat`);
  await ada.page.getByRole("button", { name: "New chat" }).press("Enter");
  const search = ada.page.getByLabel("Find people");
  for (const { name } of [bob, carol]) {
    await expectFocus(search);
    await ada.page.keyboard.type(name);
    await ada.page.getByRole("button", { name, exact: true }).press("Enter");
    await ada.page.getByRole("button", { name: `Remove ${name}` }).waitFor();
  }
  await ada.page.getByRole("button", { name: `Remove ${bob.name}` }).press("Enter");
  await expectFocus(search);
  await ada.page.keyboard.type("by");
  await expect.poll(() => search.inputValue()).toBe("by");
  await closeAll(ada);
});

it("a button whose request failed keeps the focus", async () => {
  const { ada } = await startGroupAlone(browser);
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
  await expect.poll(() => focused(ada.page)).toBe("Save");
  await closeAll(ada);
});

it("the search field has the focus as soon as people can be added to a group", async () => {
  const { ada } = await startGroupAlone(browser);
  await openDetails(ada.page);
  await ada.page.getByRole("button", { name: "Add people" }).click();
  const search = ada.page.getByLabel("Find people");
  await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true);
  await closeAll(ada);
});

it("a message's menu takes the focus, and returns it when it closes", async () => {
  const { ada } = await startChatAlone(browser);
  await send(ada.page, "first");
  await waitUntilSent(ada.page, "first");
  const menuButton = messageRow(ada.page, "first").getByRole("button", { name: "Message actions" });
  const menu = ada.page.getByRole("dialog", { name: "Message actions" });
  await menuButton.press("Enter");
  await expectFocus(menu.getByRole("button").first());
  await ada.page.keyboard.press("Escape");
  await expect.poll(() => menu.count()).toBe(0);
  await expectFocus(menuButton);
  await menuButton.press("Enter");
  await menu.getByRole("button", { name: "React with 👍" }).press("Enter");
  await messageRow(ada.page, "first").getByRole("button", { name: /^👍/ }).waitFor();
  await expectFocus(menuButton);
  await menuButton.press("Enter");
  await menu.getByRole("button", { name: "Reply" }).press("Enter");
  await expectFocus(composer(ada.page));
  await closeAll(ada);
});

it("a dialog closes with Escape, returns the focus, and can be opened again at once", async () => {
  const { ada } = await startChatAlone(browser);
  const details = ada.page.getByRole("button", { name: "Details" });
  for (let time = 1; time <= 3; time += 1) {
    await details.press("Enter");
    await detailsDialog(ada.page).waitFor();
    await ada.page.keyboard.press("Escape");
    await expect.poll(() => detailsDialog(ada.page).count()).toBe(0);
    await expectFocus(details);
  }
  await closeAll(ada);
});

it("a deletion moves the focus to Undo, and from there to what follows it", async () => {
  const { ada } = await startChatAlone(browser);
  await send(ada.page, "first");
  await waitUntilSent(ada.page, "first");
  await stopClock(ada.page);
  await messageRow(ada.page, "first").getByRole("button", { name: "Message actions" }).press("Enter");
  await ada.page.getByRole("button", { name: "Delete" }).press("Enter");
  await expect.poll(() => focused(ada.page)).toBe("Undo");
  await ada.page.keyboard.press("Enter");
  await expect.poll(() => focused(ada.page)).toBe("status");
  await ada.page.keyboard.press("Tab");
  await expectFocus(composer(ada.page));
  expect(await messageRow(ada.page, "first").textContent()).not.toContain("deleted");
  await closeAll(ada);
});

it("the list of members takes the focus when the one that was removed with it goes", async () => {
  const { ada, bob } = await startGroupAlone(browser);
  await openDetails(ada.page);
  const button = (name: string) => ada.page.getByRole("button", { name, exact: true });
  await button(`Actions for ${bob.name}`).press("Enter");
  await button("Remove").press("Enter");
  await ada.page.getByRole("dialog", { name: `Remove ${bob.name}?` }).waitFor();
  await expect.poll(() => focused(ada.page)).toBe("Cancel");
  await button("Remove").press("Enter");
  await ada.page.getByText("2 members").first().waitFor();
  await expect
    .poll(() => ada.page.evaluate(() => document.activeElement?.getAttribute("aria-labelledby")))
    .toBe("members");
  await closeAll(ada);
});
