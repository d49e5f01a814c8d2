/** What assistive technology and forced colours need of every view. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { launchBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  composer,
  DESKTOP,
  messageRow,
  openDetails,
  openMessageMenu,
  PHONE,
  send,
  signInGuest,
  startChat,
  uniqueName,
  unreadBadge,
  waitUntilSent,
} from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The first-level headings that are shown. */
const mainHeadings = (page: Page) => page.getByRole("heading", { level: 1 }).allTextContents();

it.each([
  ["a desktop", DESKTOP],
  ["a phone", PHONE],
])(
  "every view has one main heading, names with what is shown, and enough contrast, on %s",
  async (_name, options) => {
    const names = [uniqueName("Bob"), uniqueName("Carol")];
    const [bob, carol] = await Promise.all(names.map((name) => signInGuest(browser, name)));
    if (!bob || !carol) throw new Error("expected two guests");
    const ada = await signInGuest(browser, uniqueName("Ada"), options);
    const { page } = ada;
    const check = async (heading: string) => {
      await expect.poll(() => mainHeadings(page)).toEqual([heading]);
      await expectAccessible(page);
    };
    await startChat(bob.page, ada.name);
    await send(bob.page, "Hello");
    await expect.poll(() => unreadBadge(page).textContent()).toBe("1");
    await check(`Hello, ${ada.name}`);
    await expect
      .poll(() => chatLink(page).evaluate((link: HTMLElement) => link.innerText.replaceAll(/\s+/gu, " ")))
      .toBe("Chat 1 unread");
    await chatLink(page).click();
    await page.getByRole("link", { name: new RegExp(bob.name) }).waitFor();
    await check("Chats");

    await page.getByRole("button", { name: "New chat" }).click();
    await page.getByLabel("Find people").fill(bob.name);
    await page.getByRole("dialog").getByText(bob.name, { exact: true }).click();
    await page.getByLabel("Find people").fill(carol.name);
    await page.getByRole("dialog").getByText(carol.name, { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Close" }).click();

    await page.getByRole("link", { name: new RegExp(bob.name) }).click();
    await messageRow(page, "Hello").waitFor();
    await check(bob.name);
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "React with 👍" }).click();
    await messageRow(page, "Hello").locator(".reactions").waitFor();
    await openMessageMenu(page, 1);
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await openDetails(page);
    await expectAccessible(page);

    await page.goto(`${inject("url")}/chat/nothing`);
    await page.getByText("This chat is not here").waitFor();
    await check("This chat is not here");
    await page.goto(`${inject("url")}/nothing`);
    await page.getByText("There is nothing here").waitFor();
    await check("There is nothing here");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Your name").waitFor();
    await check("Lilypad");
    await closeAll(ada, bob, carol);
  },
);

it("bubbles, the selected thread and one's own reaction stand out where the user's colours are forced", async () => {
  const [bob, carol] = [
    await signInGuest(browser, uniqueName("Bob")),
    await signInGuest(browser, uniqueName("Carol")),
  ];
  const ada = await signInGuest(browser, uniqueName("Ada"), { ...DESKTOP, forcedColors: "active" });
  const { page } = ada;
  await startChat(page, carol.name);
  await startChat(page, bob.name);
  await send(page, "Mine");
  await waitUntilSent(page, "Mine");
  await bob.page.goto(page.url());
  await composer(bob.page).waitFor();
  await send(bob.page, "Theirs");
  await messageRow(page, "Theirs").waitFor();
  await (await openMessageMenu(page, 2)).getByRole("button", { name: "React with 👍" }).click();
  const reaction = messageRow(page, "Theirs").getByRole("button", { pressed: true });
  await reaction.waitFor();
  const styleOf = (element: Locator, property: string) =>
    element.evaluate((one, name) => getComputedStyle(one).getPropertyValue(name), property);
  const borderOf = (text: string) =>
    styleOf(messageRow(page, text).locator(".message-body"), "border-top-width");
  expect([await borderOf("Mine"), await borderOf("Theirs")]).toEqual(["3px", "1px"]);
  const outlineOf = (name: string) =>
    styleOf(page.getByRole("link", { name: new RegExp(name) }), "outline-style");
  expect([await outlineOf(bob.name), await outlineOf(carol.name)]).toEqual(["solid", "none"]);
  const highlight = await page.evaluate(() => {
    document.body.style.setProperty("outline-color", "Highlight");
    return getComputedStyle(document.body).outlineColor;
  });
  expect(await styleOf(reaction.locator("span"), "background-color")).toBe(highlight);
  const dot = page.locator(".conversation-header .avatar-online");
  expect(await styleOf(dot, "background-color")).toBe(highlight);
  await closeAll(ada, bob, carol);
});
