/** Coming back to a chat: it is shown at once, where the user had scrolled to. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  addMessages,
  callThreadApi,
  closeAll,
  controlThreadConnections,
  DESKTOP,
  messageRow,
  messageRowBySeq,
  newGuests,
  openPage,
  openThread,
  PHONE,
  settled,
} from "./page.ts";
import { newDirectThread } from "./people.ts";

const browser = await sharedBrowser();

/** Ada, whose page is still empty, with two chats; the first has 60 messages. */
async function prepareTwoChats(options = DESKTOP) {
  const [user, bob, carol] = await newGuests("Ada", "Bob", "Carol");
  await addMessages(user, await newDirectThread(user, bob), 60);
  const withCarol = await newDirectThread(user, carol);
  const ada = await openPage(browser, user, options);
  return { ada, bob, carol, withCarol };
}

/** The same, opened at the second. */
async function startTwoChats(options = DESKTOP) {
  const chats = await prepareTwoChats(options);
  await openThread(chats.ada, chats.withCarol);
  return chats;
}

const openChat = (page: Page, name: string) => page.getByRole("link", { name: new RegExp(name) }).click();

/** Scrolls the list up a little. Returns where a message in view is then. */
async function scrollUp(page: Page): Promise<number> {
  await messageRow(page, "number 60 of many").waitFor();
  await page.getByRole("log").evaluate((box) => {
    box.scrollTop -= 700;
  });
  await expect.poll(() => page.getByRole("button", { name: "Newest messages" }).count()).toBe(1);
  return settled(page, () => topOf(page));
}

const topOf = async (page: Page) => (await messageRowBySeq(page, 40).boundingBox())?.y ?? NaN;

/** How far that message is from where it was. A browser restores whole pixels. */
const moved = async (page: Page, top: number) => Math.abs((await topOf(page)) - top);

it("a chat that was visited before is shown at once, also without a connection", async () => {
  const { ada, bob, carol, withCarol } = await prepareTwoChats();
  const connections = await controlThreadConnections(ada.page);
  await openThread(ada, withCarol);
  await openChat(ada.page, bob.name);
  await messageRow(ada.page, "number 60 of many").waitFor();
  await openChat(ada.page, carol.name);
  await ada.page.getByText("No messages yet.").waitFor();
  await connections.cut();
  await ada.page.route("**/api/threads/*/messages*", (route) => route.abort());
  await openChat(ada.page, bob.name);
  await messageRow(ada.page, "number 60 of many").waitFor();
  // What was missed is added once the connection is back.
  await connections.restore();
  await ada.page.unroute("**/api/threads/*/messages*");
  await callThreadApi(ada.page, "POST", "/messages", { body: "written since" });
  await messageRow(ada.page, "written since").waitFor();
  await expect.poll(() => messageRow(ada.page, "number 60 of many").count()).toBe(1);
  await closeAll(ada);
});

describe("the browser's Back", () => {
  it("from one chat to another leads to where the user had scrolled to", async () => {
    const { ada, bob, carol } = await startTwoChats();
    await openChat(ada.page, bob.name);
    const top = await scrollUp(ada.page);
    await openChat(ada.page, carol.name);
    await ada.page.getByText("No messages yet.").waitFor();
    await ada.page.goBack();
    await expect.poll(() => moved(ada.page, top)).toBeLessThanOrEqual(1);
    // Opened from the list it is at the newest.
    await openChat(ada.page, carol.name);
    await openChat(ada.page, bob.name);
    await messageRow(ada.page, "number 60 of many").waitFor();
    await closeAll(ada);
  });

  it("on a phone leads from the list to where the user had scrolled to", async () => {
    const { ada, bob } = await startTwoChats(PHONE);
    await ada.page.getByRole("link", { name: "Back to chats" }).click();
    await openChat(ada.page, bob.name);
    const top = await scrollUp(ada.page);
    await ada.page.getByRole("link", { name: "Back to chats" }).click();
    await ada.page.getByRole("button", { name: "New chat" }).waitFor();
    await ada.page.goBack();
    await expect.poll(() => moved(ada.page, top)).toBeLessThanOrEqual(1);
    await closeAll(ada);
  });
});
