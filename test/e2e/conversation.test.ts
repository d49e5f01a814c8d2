/** A conversation of two people, each in a browser of their own. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { takePage, type OwnPage } from "./page-pool.ts";
import {
  chatLink,
  closeAll,
  DESKTOP,
  messageRow,
  messageRowBySeq,
  openMessageMenu,
  PHONE,
  send,
  signInByForm,
  startChat,
  startDirectChat,
  stopClock,
  typeUntil,
  uniqueName,
  unreadBadge,
  waitUntilSent,
} from "./page.ts";

const browser = await sharedBrowser();

/** A new guest, who signs in by the form. */
async function enter(name: string, options: BrowserContextOptions): Promise<OwnPage & { name: string }> {
  const guest = { name: uniqueName(name), ...(await takePage(browser, options)) };
  await guest.page.goto(inject("url"));
  await signInByForm(guest.page, guest.name);
  return guest;
}

describe.each([
  ["on phones", PHONE],
  ["on desktops", DESKTOP],
])("two people %s", (_name, options) => {
  it("chat live, see each other's unread badge, presence and typing, and keep it all over a reload", async () => {
    const [bob, ada] = [await enter("Bob", options), await enter("Ada", options)];
    await startChat(ada.page, bob.name);
    await send(ada.page, "Hello Bob!");
    await waitUntilSent(ada.page, "Hello Bob!");

    // Bob is in another view, whose navigation shows the badge.
    await expect.poll(() => unreadBadge(bob.page).textContent()).toBe("1");
    await chatLink(bob.page).click();
    await bob.page.getByText("Hello Bob!").first().waitFor();
    await bob.page.getByRole("link", { name: new RegExp(ada.name) }).click();
    await messageRow(bob.page, "Hello Bob!").waitFor();
    await expect.poll(() => unreadBadge(bob.page).count()).toBe(0);
    await expect.poll(() => ada.page.getByTestId("here").textContent()).toContain(`${bob.name} is here`);

    // Who types is shown for some seconds only, which do not pass.
    await stopClock(ada.page);
    const typing = ada.page.getByTestId("typing").getByText(bob.name);
    await typeUntil(bob.page, async () => (await typing.count()) === 1);
    await ada.page.clock.resume();
    await send(bob.page, "Hi Ada 🐸");
    await messageRow(ada.page, "Hi Ada 🐸").waitFor();

    await Promise.all([ada.page.reload(), bob.page.reload()]);
    for (const { page } of [ada, bob]) {
      await messageRow(page, "Hello Bob!").waitFor();
      await messageRow(page, "Hi Ada 🐸").waitFor();
    }
    await closeAll(ada, bob);
  });
});

/** Deletes a message, and skips the time in which that can be undone. */
async function deleteAtOnce(page: Page, seq: number): Promise<void> {
  await page.clock.install();
  await (await openMessageMenu(page, seq)).getByRole("button", { name: "Delete" }).click();
  await page.clock.fastForward(10_000);
}

describe("a message", () => {
  it("is replied to with a quote that jumps to it", async () => {
    const { ada, bob } = await startDirectChat(browser);
    await send(ada.page, "Tea or coffee?");
    await expect.poll(() => unreadBadge(bob.page).textContent()).toBe("1");
    await bob.page.goto(ada.page.url());

    await (await openMessageMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();
    const cancelReply = bob.page.getByRole("button", { name: "Cancel reply" });
    await cancelReply.waitFor();
    await bob.page.keyboard.press("Escape");
    await expect.poll(() => cancelReply.count()).toBe(0);
    await (await openMessageMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();
    await cancelReply.waitFor();
    await bob.page.keyboard.type("Coffee, please");
    await bob.page.keyboard.press("Enter");
    await expect.poll(() => cancelReply.count()).toBe(0);

    const quote = messageRow(ada.page, "Coffee, please").getByRole("button", { name: /^In reply to/ });
    await expect.poll(() => quote.textContent()).toContain(`${ada.name} Tea or coffee?`);
    await quote.click();
    await expect
      .poll(() => ada.page.evaluate(() => document.activeElement?.getAttribute("data-seq")))
      .toBe("1");
    await closeAll(ada, bob);
  });

  it("is deleted for everyone, in the list, in quotes and in the list of threads", async () => {
    const { ada, bob } = await startDirectChat(browser);
    await send(ada.page, "Tea or coffee?");
    await bob.page.goto(ada.page.url());
    await (await openMessageMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();
    await send(bob.page, "Coffee, please");
    await messageRow(ada.page, "Coffee, please").waitFor();

    await deleteAtOnce(ada.page, 1);
    for (const { page } of [ada, bob]) {
      await messageRowBySeq(page, 1).getByText("Message deleted").waitFor();
      await messageRow(page, "Coffee, please").getByText("Deleted message").waitFor();
      // Polled: the list of threads is notified at most once a second.
      await expect.poll(() => page.getByText("Tea or coffee?").count()).toBe(0);
    }

    await deleteAtOnce(bob.page, 2);
    for (const { page } of [ada, bob]) {
      await page.getByRole("link", { name: /Message deleted/ }).waitFor();
    }
    await closeAll(ada, bob);
  });
});
