/** What is longer than it may be: nothing of it is lost, and the page says why it is not sent. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { BODY_LENGTH, DISPLAY_NAME_LENGTH, THREAD_NAME_LENGTH } from "../../src/protocol/limits.ts";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  composer,
  expectFocus,
  messageRowBySeq,
  openDetails,
  openMessageMenu,
  send,
  signInGuest,
  startChatAlone,
  startGroupAlone,
  uniqueName,
} from "./page.ts";
import { newGuest } from "./people.ts";

const browser = await sharedBrowser();

/** A family is one character to its reader, and eleven to the protocol. */
const FAMILY = "👨‍👩‍👧‍👦";

/** Types a text at once, as pasting does: a field with a `maxLength` would cut it. */
async function paste(page: Page, text: string): Promise<void> {
  await page.keyboard.insertText(text);
}

const sendButton = (page: Page) => page.getByRole("button", { name: "Send" });
const tooLong = (page: Page) => page.getByRole("alert").filter({ hasText: "Too long." });

it("a message that is too long is kept, and neither sent nor saved, with the reason, until it fits", async () => {
  const { ada } = await startChatAlone(browser);
  const { page } = ada;
  await composer(page).focus();
  await paste(page, "x".repeat(BODY_LENGTH + 1));

  await tooLong(page).waitFor();
  await page.getByText("10,001 of 10,000 characters").waitFor();
  expect((await composer(page).inputValue()).length).toBe(BODY_LENGTH + 1);
  await expect.poll(() => sendButton(page).isDisabled()).toBe(true);
  await page.keyboard.press("Enter");
  expect((await composer(page).inputValue()).length).toBe(BODY_LENGTH + 1);

  await page.keyboard.press("Backspace");
  await expect.poll(() => tooLong(page).count()).toBe(0);
  await page.keyboard.press("Enter");
  await expect.poll(() => messageRowBySeq(page, 1).getAttribute("data-state")).toBe("sent");
  await expect.poll(() => composer(page).inputValue()).toBe("");

  await send(page, "short");
  await (await openMessageMenu(page, 2)).getByRole("button", { name: "Edit" }).click();
  await expectFocus(page.getByLabel("Edit message"));
  await paste(page, "x".repeat(BODY_LENGTH));
  await tooLong(page).waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  expect((await page.getByLabel("Edit message").inputValue()).length).toBe(BODY_LENGTH + "short".length);
  await closeAll(ada);
});

it("a name that is too long is kept, and neither given to a group, searched for nor signed in with", async () => {
  const { ada } = await startGroupAlone(browser);
  const { page } = ada;
  await openDetails(page);
  await page.getByRole("button", { name: "Rename" }).click();
  await expectFocus(page.getByLabel("Name", { exact: true }));
  await paste(page, "x".repeat(THREAD_NAME_LENGTH + 1));
  await tooLong(page).waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "New chat" }).click();
  await page.getByLabel("Find people").focus();
  await paste(page, "x".repeat(51));
  await page.getByText("Type 50 characters or fewer.").waitFor();
  expect((await page.getByLabel("Find people").inputValue()).length).toBe(51);
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Your name").focus();
  await paste(page, FAMILY.repeat(10));
  await tooLong(page).waitFor();
  expect(await page.getByLabel("Your name").inputValue()).toBe(FAMILY.repeat(10));
  await expect.poll(() => page.getByRole("button", { name: "Sign in" }).isDisabled()).toBe(true);
  await page.getByLabel("Your name").fill("x".repeat(DISPLAY_NAME_LENGTH));
  await expect.poll(() => tooLong(page).count()).toBe(0);
  await closeAll(ada);
});

it("a group without a name is named by the others in it, with whole names", async () => {
  // As a stored name, theirs would be longer than what a thread takes.
  const frogs = `${crypto.randomUUID().slice(0, 7)}${"🐸".repeat(46)}`;
  const names = [frogs, uniqueName("Bob"), uniqueName("Carol")];
  for (const name of names) await newGuest(name);
  const ada = await signInGuest(browser, uniqueName("Ada"));
  const { page } = ada;
  await chatLink(page).click();
  await page.getByRole("button", { name: "New chat" }).click();
  for (const name of names) {
    await page.getByLabel("Find people").fill(name.slice(0, 13));
    await page.getByRole("dialog").getByText(name, { exact: true }).click();
  }
  await page.getByRole("button", { name: "Start chat" }).click();
  await composer(page).waitFor();
  const title = page.getByRole("main").getByRole("heading", { level: 1 });
  await expect.poll(() => title.textContent()).toBe(`${names[0]}, ${names[1]}, and ${names[2]}`);
  await closeAll(ada);
});

it("a quote ends with a whole character, and says that it goes on", async () => {
  const { ada } = await startChatAlone(browser);
  const { page } = ada;
  await send(page, `${"x".repeat(199)}${FAMILY}`);
  await (await openMessageMenu(page, 1)).getByRole("button", { name: "Reply" }).click();
  await expect.poll(() => page.locator("#composer-reply").textContent()).toContain(`${"x".repeat(199)}…`);
  await closeAll(ada);
});
