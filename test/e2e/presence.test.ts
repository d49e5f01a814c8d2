/** What the page says of who is online and who is here: the two never contradict each other, in any view. */
import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  detailsDialog,
  messageRow,
  openDetails,
  openPage,
  openThread,
  send,
  startDirectChat,
  startGroupAlone,
} from "./page.ts";

const browser = await sharedBrowser();

const here = (page: Page) => page.getByTestId("here").textContent();
/** How many green dots the list of threads and the conversation's header show. */
const onlineDots = async (page: Page) => [
  await page.getByRole("listitem").locator(".avatar-online").count(),
  await page.locator(".conversation-header .avatar-online").count(),
];

it("the other person of a direct chat is online, here, or was last seen, in all views alike", async () => {
  const { ada, bob } = await startDirectChat(browser);
  await send(ada.page, "Hello");
  // Bob is on the home page: online, and not in the chat.
  await expect.poll(() => here(ada.page)).toBe("Online");
  await expect.poll(() => onlineDots(ada.page)).toEqual([1, 1]);
  await openDetails(ada.page);
  await detailsDialog(ada.page).getByText("Online", { exact: true }).waitFor();
  await bob.page.goto(ada.page.url());
  await messageRow(bob.page, "Hello").waitFor();
  await detailsDialog(ada.page).getByText("In this chat now").waitFor();
  await expect.poll(() => here(ada.page)).toBe(`${bob.name} is here`);
  await expect.poll(() => onlineDots(ada.page)).toEqual([1, 1]);
  await closeAll(bob);
  await expect.poll(() => here(ada.page)).toMatch(/^Last seen /);
  await expect.poll(() => onlineDots(ada.page)).toEqual([0, 0]);
  await detailsDialog(ada.page)
    .getByText(/^Last seen /)
    .waitFor();
  await closeAll(ada);
});

it("a group says who of its members is here, and says nobody is alone", async () => {
  const { ada, threadId, ...others } = await startGroupAlone(browser);
  const [bob, carol] = [await openPage(browser, others.bob), await openPage(browser, others.carol)];
  // Carol is online on another page.
  await carol.page.goto(inject("url"));
  await carol.page.getByRole("button", { name: "Sign out" }).waitFor();
  await expect.poll(() => here(ada.page)).toBe("3 members");
  await openThread(bob, threadId);
  await expect.poll(() => here(ada.page)).toBe(`${bob.name} is here · 3 members`);
  await openDetails(ada.page);
  const members = detailsDialog(ada.page).getByRole("listitem");
  await members.filter({ hasText: bob.name }).getByText("Member · here").waitFor();
  expect(await members.filter({ hasText: carol.name }).getByText("here").count()).toBe(0);
  // No dot: who is online on another page is not known of all members.
  expect(await members.locator(".avatar-online").count()).toBe(0);
  await chatLink(bob.page).press("Enter");
  await expect.poll(() => here(ada.page)).toBe("3 members");
  await closeAll(ada, bob, carol);
});
