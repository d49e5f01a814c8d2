/** What people do in a group, on the page: come and go, rename it, reply, and delete what they wrote. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { badge, chatLink, closeAll, guest, message, PHONE, send, startChat, unique } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const details = (page: Page) => page.getByRole("dialog", { name: "Details" });
const title = (page: Page) => page.getByRole("main").getByRole("heading", { level: 2 }).first();
const composer = (page: Page) => page.getByLabel("Message", { exact: true });

async function openDetails(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Details" }).click();
  await details(page).waitFor();
}

/** Presses a button of the open dialog. */
async function press(page: Page, name: string): Promise<void> {
  await details(page).getByRole("button", { name, exact: true }).click();
}

/** A message by its number: a reply has the text of what it quotes in it, too. */
const numbered = (page: Page, seq: number) => page.locator(`li[data-seq="${seq}"]`);

/** Opens a message's menu. */
async function openMenu(page: Page, seq: number): Promise<Locator> {
  const row = numbered(page, seq);
  await row.hover();
  await row.getByRole("button", { name: "Message actions" }).click();
  return row.getByRole("group", { name: "Message actions" });
}

describe("a group", () => {
  it("takes in another, changes its name for everyone, and lets one of them go", async () => {
    const names = [unique("Bob"), unique("Carol"), unique("Dan")];
    const [bob, carol, dan] = await Promise.all(names.map((name) => guest(browser, name)));
    const ada = await guest(browser, unique("Ada"));
    if (!bob || !carol || !dan) throw new Error("three were asked for");
    await startChat(ada.page, bob.name, carol.name);
    for (const { page } of [bob, carol]) {
      await page.goto(ada.page.url());
      await composer(page).waitFor();
    }

    await openDetails(ada.page);
    await press(ada.page, "Add people");
    await ada.page.getByLabel("Find people").fill(dan.name);
    await details(ada.page).getByRole("button", { name: dan.name, exact: true }).click();
    expect(await details(ada.page).getByText("Nobody else is called that.").count()).toBe(0);
    await press(ada.page, "Add");
    await details(ada.page).getByText("4 members").waitFor();
    await chatLink(dan.page).click();
    await dan.page.getByRole("link", { name: new RegExp(bob.name) }).click();
    await composer(dan.page).waitFor();

    // Bob has it open, and follows; being no owner, he is offered nothing but to leave.
    await openDetails(bob.page);
    await details(bob.page).getByText(dan.name).waitFor();
    await press(ada.page, "Rename");
    const name = unique("Pond");
    await ada.page.getByLabel("Name", { exact: true }).fill(name);
    await press(ada.page, "Save");
    for (const { page } of [ada, carol, dan]) await expect.poll(() => title(page).textContent()).toBe(name);
    await details(bob.page).getByText(name).waitFor();
    await expect
      .poll(() => details(bob.page).getByRole("button").allTextContents())
      .toEqual(["", "Leave chat"]);

    await press(ada.page, `Actions for ${carol.name}`);
    await press(ada.page, "Remove");
    await carol.page.getByText("You are no longer in this chat.").waitFor();
    await expect.poll(() => composer(carol.page).isDisabled()).toBe(true);
    await expect.poll(() => carol.page.getByRole("link", { name: new RegExp(name) }).count()).toBe(0);
    await details(bob.page).getByText("3 members").waitFor();
    await closeAll(ada, bob, carol, dan);
  });

  it("has a moderator once its owner says so, and goes on when the owner leaves", async () => {
    const bob = await guest(browser, unique("Bob"), PHONE);
    const carol = await guest(browser, unique("Carol"));
    const ada = await guest(browser, unique("Ada"), PHONE);
    await startChat(ada.page, bob.name, carol.name);
    await bob.page.goto(ada.page.url());
    await openDetails(bob.page);
    await openDetails(ada.page);
    await press(ada.page, `Actions for ${bob.name}`);
    await press(ada.page, "Make moderator");
    await details(bob.page).getByText("Moderator").waitFor();
    await details(bob.page).getByRole("button", { name: "Rename" }).waitFor();

    await press(ada.page, "Leave chat");
    await press(ada.page, "Cancel");
    await press(ada.page, "Leave chat");
    await press(ada.page, "Leave");
    await expect.poll(() => new URL(ada.page.url()).pathname).toBe("/chat");
    await ada.page.getByText("No chats yet.").waitFor();
    // The heir sees at once that it is theirs now.
    await details(bob.page).getByText("2 members").waitFor();
    await press(bob.page, "Delete chat");
    await press(bob.page, "Delete chat");
    await expect.poll(() => new URL(bob.page.url()).pathname).toBe("/chat");
    await bob.page.getByText("No chats yet.").waitFor();
    await closeAll(ada, bob, carol);
  });
});

describe("a message", () => {
  it("is replied to with a quote that leads to it, and deleted at the second word", async () => {
    const bob = await guest(browser, unique("Bob"));
    const ada = await guest(browser, unique("Ada"));
    await startChat(ada.page, bob.name);
    await send(ada.page, "Tea or coffee?");
    await expect.poll(() => badge(bob.page).textContent()).toBe("1");
    await bob.page.goto(ada.page.url());

    await (await openMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();
    const replying = bob.page.getByRole("button", { name: "Cancel reply" });
    await replying.waitFor();
    await bob.page.keyboard.press("Escape");
    await expect.poll(() => replying.count()).toBe(0);
    await (await openMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();
    await replying.waitFor();
    await bob.page.keyboard.type("Coffee, please");
    await bob.page.keyboard.press("Enter");
    await expect.poll(() => replying.count()).toBe(0);

    const quote = message(ada.page, "Coffee, please").getByRole("button", { name: /^In reply to/ });
    await expect.poll(() => quote.textContent()).toContain(`${ada.name} Tea or coffee?`);
    await quote.click();
    await expect
      .poll(() => ada.page.evaluate(() => document.activeElement?.getAttribute("data-seq")))
      .toBe("1");

    const menu = await openMenu(ada.page, 1);
    await menu.getByRole("button", { name: "Delete", exact: true }).click();
    await menu.getByText("This cannot be undone.").waitFor();
    expect(await numbered(ada.page, 1).textContent()).toContain("Tea or coffee?");
    await menu.getByRole("button", { name: "Delete for everyone" }).click();
    for (const { page } of [ada, bob]) {
      await numbered(page, 1).getByText("Message deleted").waitFor();
      await message(page, "Coffee, please").getByText("Deleted message").waitFor();
      // The list may show it a moment longer: word of the thread comes once a second.
      await expect.poll(() => page.getByText("Tea or coffee?").count()).toBe(0);
    }
    await closeAll(ada, bob);
  });
});
