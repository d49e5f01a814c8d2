/** Keeping a chat in order on the page: settings, timeouts, bans, reports, and the log of it all. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  detailsDialog,
  messageRow,
  openDetails,
  openMessageMenu,
  openPage,
  openThread,
  send,
  startGroupAlone,
  waitUntilSent,
  type Guest,
} from "./page.ts";

const browser = await sharedBrowser();

const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
const press = (page: Page, title: string | RegExp, button: string) =>
  dialog(page, title).getByRole("button", { name: button, exact: true }).click();

/** A group of the first with the others, which all of them have open. */
async function openGroup(): Promise<{ ada: Guest; bob: Guest; carol: Guest }> {
  const { ada, threadId, ...others } = await startGroupAlone(browser);
  const [bob, carol] = [await openPage(browser, others.bob), await openPage(browser, others.carol)];
  for (const guest of [bob, carol]) await openThread(guest, threadId);
  return { ada, bob, carol };
}

it("settings take effect where the chat is open, and say why nobody writes", async () => {
  const { ada, bob, carol } = await openGroup();
  await openDetails(ada.page);
  const details = detailsDialog(ada.page);
  await details.getByLabel("Topic").fill("Water lilies only");
  await details.getByRole("button", { name: "Save" }).click();
  await details.getByText("Water lilies only", { exact: true }).first().waitFor();
  await expectAccessible(ada.page);

  await details.getByLabel(/^Locked/).check();
  await bob.page.getByText("This chat is locked.").waitFor();
  expect(await composer(bob.page).isDisabled()).toBe(true);
  await details.getByLabel(/^Locked/).uncheck();
  await expect.poll(() => composer(bob.page).isDisabled()).toBe(false);

  await details.getByLabel("Only moderators write", { exact: true }).check();
  await bob.page.getByText("Only moderators can write here.").waitFor();
  await details.getByLabel("Only moderators write", { exact: true }).uncheck();
  await expect.poll(() => composer(bob.page).isDisabled()).toBe(false);

  await details.getByLabel("Slow mode").selectOption("1 hour");
  await send(bob.page, "My one message");
  await waitUntilSent(bob.page, "My one message");
  // The next one can be written, and not sent yet.
  await bob.page.getByText(/^Slow mode: you can write again in (60:00|59:\d\d)\.$/).waitFor();
  await bob.page.getByText(/^slow mode: 1 hour · .* · 3 members$/).waitFor();
  await composer(bob.page).fill("And another");
  expect(await bob.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await details.getByLabel("Slow mode").selectOption("Off");
  await expect.poll(() => bob.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(false);
  await closeAll(ada, bob, carol);
});

it("a message is reported in two taps, resolved in one, and its author timed out and banned", async () => {
  const { ada, bob, carol } = await openGroup();
  await send(bob.page, "Buy my lilies");
  await messageRow(carol.page, "Buy my lilies").waitFor();

  const menu = await openMessageMenu(carol.page, 1);
  expect(await menu.getByRole("button", { name: "Ban author…" }).count()).toBe(0);
  await menu.getByRole("button", { name: "Report…" }).click();
  await press(carol.page, "Report this message?", "Spam or advertising");
  await press(carol.page, "Thank you", "Done");

  // How many there are is known to a page that was not there when they came, too.
  await ada.page.reload();
  await openDetails(ada.page);
  const details = detailsDialog(ada.page);
  await details.getByRole("button", { name: "Reports (1)" }).click();
  const reports = dialog(ada.page, "Reports");
  await reports.getByText("Buy my lilies").waitFor();
  await reports.getByText("Spam or advertising").waitFor();
  await expectAccessible(ada.page);
  await reports.getByRole("button", { name: /^Time out for a day/ }).click();
  await reports.getByText("Nothing to look at.").waitFor();
  await reports.getByRole("button", { name: "Close" }).click();
  await details.getByRole("button", { name: "Reports", exact: true }).waitFor();
  await bob.page.getByText(/^A moderator has stopped you from writing here\./).waitFor();
  expect(await composer(bob.page).isDisabled()).toBe(true);

  const actions = (name: string) =>
    details.getByRole("button", { name: new RegExp(`^Actions for .*${name}`) });
  await actions(bob.name).click();
  await ada.page.getByRole("button", { name: "End timeout" }).click();
  await expect.poll(() => composer(bob.page).isDisabled()).toBe(false);

  await actions(bob.name).click();
  await ada.page.getByRole("button", { name: "Ban…" }).click();
  const ban = dialog(ada.page, /^Ban /);
  await expectAccessible(ada.page);
  await ban.getByLabel("For good").check();
  await ban.getByLabel("Of the last hour").check();
  await ban.getByLabel(/^Reason/).fill("Advertising");
  await ban.getByRole("button", { name: "Ban", exact: true }).click();
  await bob.page.getByText("You are no longer in this chat.").waitFor();
  await expect.poll(() => messageRow(carol.page, "Message deleted").count()).toBe(1);

  await details.getByRole("button", { name: "Banned people" }).click();
  await dialog(ada.page, "Banned people").getByText("Advertising").waitFor();
  await dialog(ada.page, "Banned people")
    .getByRole("button", { name: /^Lift ban/ })
    .click();
  await dialog(ada.page, "Banned people").getByText("Nobody is banned.").waitFor();
  await dialog(ada.page, "Banned people").getByRole("button", { name: "Close" }).click();

  await details.getByRole("button", { name: "What was done" }).click();
  const log = dialog(ada.page, "What was done here");
  await log.getByText(/lifted the ban of .*Bob/).waitFor();
  await log.getByText(/banned .*Bob.*: .*Advertising/).waitFor();
  await log.getByText(/resolved a report about .*Bob/).waitFor();
  await expectAccessible(ada.page);
  await closeAll(ada, bob, carol);
});
