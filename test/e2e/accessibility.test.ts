/** What assistive technology and forced colours need of every view. */
import type { Locator, Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  DESKTOP,
  messageRow,
  newGuests,
  openDetails,
  openMessageMenu,
  openPage,
  openThread,
  PHONE,
  send,
  signInGuest,
  uniqueName,
  unreadBadge,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread, newGuest, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

/** The first-level headings that are shown. */
const mainHeadings = (page: Page) => page.getByRole("heading", { level: 1 }).allTextContents();

it.each([
  ["a desktop", DESKTOP],
  ["a phone", PHONE],
])(
  "every view has one main heading, names with what is shown, and enough contrast, on %s",
  async (_name, options) => {
    const [bob, carol] = await newGuests("Bob", "Carol");
    const ada = await signInGuest(browser, uniqueName("Ada"), options);
    const { page } = ada;
    const check = async (heading: string) => {
      await expect.poll(() => mainHeadings(page)).toEqual([heading]);
      await expectAccessible(page);
    };
    await writeMessages(bob, await newDirectThread(bob, ada), ["Hello"]);
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
    await closeAll(ada);
  },
);

it("bubbles, the selected thread and one's own reaction stand out where the user's colours are forced", async () => {
  const [bob, carol] = await newGuests("Bob", "Carol");
  const ada = await openPage(browser, await newGuest(uniqueName("Ada")), {
    ...DESKTOP,
    forcedColors: "active",
  });
  const { page } = ada;
  await newDirectThread(ada, carol);
  const threadId = await newDirectThread(ada, bob);
  await openThread(ada, threadId);
  await send(page, "Mine");
  await waitUntilSent(page, "Mine");
  await writeMessages(bob, threadId, ["Theirs"]);
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
  const bobsPage = await openPage(browser, bob);
  await openThread(bobsPage, threadId);
  const dot = page.locator(".conversation-header .avatar-online");
  expect(await styleOf(dot, "background-color")).toBe(highlight);
  await closeAll(ada, bobsPage);
});
