/** Groups on the page: starting one, adding, removing and promoting members, renaming, leaving and deleting. */
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  composer,
  detailsDialog,
  newGuests,
  openDetails,
  openPage,
  openThread,
  PHONE,
  send,
  signInGuest,
  startChat,
  startGroupAlone,
  uniqueName,
  unreadBadge,
} from "./page.ts";
import { newDirectThread, newGroup } from "./people.ts";

const browser = await sharedBrowser();

const title = (page: Page) => page.getByRole("main").getByRole("heading", { level: 1 });

/** Clicks a button of the open details dialog. */
async function clickInDetails(page: Page, name: string): Promise<void> {
  await detailsDialog(page).getByRole("button", { name, exact: true }).click();
}

/** Answers the dialog that asks for confirmation. */
async function confirm(page: Page, answer: string): Promise<void> {
  await page.getByRole("dialog", { name: /\?$/ }).getByRole("button", { name: answer, exact: true }).click();
}

describe("a chat on the list that does not exist any more", () => {
  it("says so, and can be taken off the list", async () => {
    const [ada, user] = await newGuests("Ada", "Bob");
    const threadId = await newDirectThread(ada, user);
    const bob = await openPage(browser, user);
    // As the server answers where a thread's storage is gone, which a test cannot bring about from here.
    await bob.page.routeWebSocket(
      /\/api\/threads\/.*\/socket/,
      (socket) => void socket.close({ code: 4004 }),
    );
    const removals: string[] = [];
    await bob.page.route(/\/members\//, (route) => {
      removals.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      return route.fulfill({ status: 204 });
    });
    await bob.page.goto(`${inject("url")}/chat`);
    await bob.page.getByRole("link", { name: new RegExp(ada.name) }).click();
    await bob.page.getByText("It is on your list, but it does not exist any more.").waitFor();
    await bob.page.getByRole("button", { name: "Remove from your list" }).click();
    await bob.page.waitForURL(/\/chat$/);
    expect(removals).toEqual([expect.stringMatching(`^DELETE /api/threads/${threadId}/members/`)]);
    await closeAll(bob);
  });
});

describe("a group", () => {
  it("is started by finding several people", async () => {
    const names = [uniqueName("Bob"), uniqueName("Carol")];
    const others = await Promise.all(names.map((name) => signInGuest(browser, name)));
    const ada = await signInGuest(browser, uniqueName("Ada"));
    await startChat(ada.page, ...names);
    await send(ada.page, "Welcome, both");
    for (const other of others) {
      await expect.poll(() => unreadBadge(other.page).textContent()).toBe("1");
    }
    // Each sees it under the names of the others, in the list as above the conversation.
    const [bob, carol] = others;
    if (!bob || !carol) throw new Error("expected two guests");
    await expect.poll(() => title(ada.page).textContent()).toBe(`${bob.name} and ${carol.name}`);
    await chatLink(bob.page).click();
    await bob.page.getByRole("link", { name: `${ada.name} and ${carol.name}` }).click();
    await expect.poll(() => title(bob.page).textContent()).toBe(`${ada.name} and ${carol.name}`);
    await closeAll(ada, ...others);
  });

  it("can be extended and renamed, and lose a member, and shows it to all who have it open", async () => {
    const users = await newGuests("Ada", "Bob", "Carol", "Dan");
    const [ada, bob, carol, dan] = [
      await openPage(browser, users[0]),
      await openPage(browser, users[1]),
      await openPage(browser, users[2]),
      await openPage(browser, users[3]),
    ];
    const threadId = await newGroup(ada, bob, carol);
    for (const guest of [ada, bob, carol]) await openThread(guest, threadId);

    await openDetails(ada.page);
    await clickInDetails(ada.page, "Add people");
    await ada.page.getByLabel("Find people").fill(dan.name);
    await detailsDialog(ada.page).getByRole("button", { name: dan.name, exact: true }).click();
    expect(await detailsDialog(ada.page).getByText("Nobody else is called that.").count()).toBe(0);
    await clickInDetails(ada.page, "Add");
    await detailsDialog(ada.page).getByText("4 members").waitFor();
    await dan.page.goto(`${inject("url")}/chat`);
    await dan.page.getByRole("link", { name: new RegExp(bob.name) }).click();
    await composer(dan.page).waitFor();

    // Bob's dialog shows every change. He may leave, and block somebody for himself: he is not an owner.
    await openDetails(bob.page);
    await detailsDialog(bob.page).getByText(dan.name, { exact: true }).waitFor();
    await clickInDetails(ada.page, "Rename");
    const name = uniqueName("Pond");
    await ada.page.getByLabel("Name", { exact: true }).fill(name);
    await clickInDetails(ada.page, "Save");
    for (const { page } of [ada, carol, dan]) await expect.poll(() => title(page).textContent()).toBe(name);
    await detailsDialog(bob.page).getByText(name).waitFor();
    // Close, and the menus of three others.
    await expect
      .poll(() => detailsDialog(bob.page).getByRole("button").allTextContents())
      .toEqual(["", "", "", "", "Leave chat"]);
    await clickInDetails(bob.page, `Actions for ${carol.name}`);
    const menu = bob.page.getByRole("dialog", { name: `Actions for ${carol.name}` });
    expect(await menu.getByRole("button").allTextContents()).toEqual(["Block"]);
    await bob.page.keyboard.press("Escape");

    await clickInDetails(ada.page, `Actions for ${carol.name}`);
    await ada.page.getByRole("button", { name: "Remove", exact: true }).click();
    await confirm(ada.page, "Remove");
    await carol.page.getByText("You are no longer in this chat.").waitFor();
    await expect.poll(() => composer(carol.page).isDisabled()).toBe(true);
    await expect.poll(() => carol.page.getByRole("link", { name: new RegExp(name) }).count()).toBe(0);
    await detailsDialog(bob.page).getByText("3 members").waitFor();
    await closeAll(ada, bob, carol, dan);
  });

  it("gets a moderator from its owner, who becomes the owner when that one leaves", async () => {
    const { ada, bob: user, threadId } = await startGroupAlone(browser, PHONE);
    const bob = await openPage(browser, user, PHONE);
    await openThread(bob, threadId);
    await openDetails(bob.page);
    await openDetails(ada.page);
    await clickInDetails(ada.page, `Actions for ${bob.name}`);
    await ada.page.getByRole("button", { name: "Make moderator" }).click();
    await detailsDialog(bob.page).getByText("Moderator ·").waitFor();
    await detailsDialog(bob.page).getByRole("button", { name: "Rename" }).waitFor();

    await clickInDetails(ada.page, "Leave chat");
    await confirm(ada.page, "Cancel");
    await clickInDetails(ada.page, "Leave chat");
    await confirm(ada.page, "Leave");
    await expect.poll(() => new URL(ada.page.url()).pathname).toBe("/chat");
    await ada.page.getByText("No chats yet.").waitFor();
    // Bob is the owner now: his dialog offers to delete the group.
    await detailsDialog(bob.page).getByText("2 members").waitFor();
    await clickInDetails(bob.page, "Delete chat");
    await confirm(bob.page, "Delete for everyone");
    await expect.poll(() => new URL(bob.page.url()).pathname).toBe("/chat");
    await bob.page.getByText("No chats yet.").waitFor();
    await closeAll(ada, bob);
  });
});
