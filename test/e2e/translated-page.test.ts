/** Pages that the browser translates: what changes or goes is drawn, whatever was done to its text nodes. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  callThreadApi,
  chatLink,
  closeAll,
  composer,
  controlThreadConnections,
  detailsDialog,
  openDetails,
  openPage,
  openThread,
  send,
  startGroupAlone,
  stopClock,
  typeUntil,
  unreadBadge,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread } from "./people.ts";
import { translatePage, type Translation } from "./translator.ts";

const browser = await sharedBrowser();

const TRANSLATIONS = ["replaced", "moved"] as const satisfies Translation[];

/**
 * A group of Ada, Bob and Carol. Ada and Bob have it open, Bob on pages of which each is translated in one way, and on one
 * that is not: `original`.
 */
async function startTranslatedChat() {
  const { ada, bob: user, carol, threadId } = await startGroupAlone(browser);
  const bob = await openPage(browser, user);
  const original = bob.page;
  const translated: Page[] = [];
  for (const translation of TRANSLATIONS) {
    const page = await bob.context.newPage();
    await translatePage(page, translation);
    translated.push(page);
  }
  const pages = [original, ...translated];
  for (const page of pages) await openThread({ page }, threadId);
  /** Once the original shows this, all read alike. */
  const expectAllToShow = async (text: string) => {
    await original.getByText(text).first().waitFor();
    await expect
      .poll(async () => {
        const texts = await Promise.all(pages.map((page) => page.locator("body").innerText()));
        return texts.every((other) => other === texts[0]) ? [] : texts;
      })
      .toEqual([]);
  };
  return { ada, bob, carol, threadId, translated, original, pages, expectAllToShow };
}

describe("where text nodes are replaced, or moved", () => {
  it("messages read as they are after they were sent, edited, reacted to, quoted and deleted", async () => {
    const { ada, bob, translated, expectAllToShow } = await startTranslatedChat();
    await expectAllToShow("No messages yet. Say hello!");
    await send(ada.page, "the first words");
    await expectAllToShow("This is where it began.");
    await callThreadApi(ada.page, "POST", "/messages", { body: "a reply", replyTo: 1 });
    await expectAllToShow("a reply");
    await callThreadApi(ada.page, "PATCH", "/messages/1", { body: "other words, https://a.example" });
    await expectAllToShow("(edited)");
    await callThreadApi(ada.page, "PATCH", "/messages/1", { body: "the last words" });
    await expectAllToShow("the last words");
    await callThreadApi(ada.page, "PUT", "/messages/1/reactions/👍");
    await expectAllToShow("👍 1");
    await callThreadApi(bob.page, "PUT", "/messages/1/reactions/👍");
    await expectAllToShow("👍 2");
    await callThreadApi(ada.page, "DELETE", "/messages/1");
    await expectAllToShow("Message deleted");
    for (const page of translated) {
      for (const gone of ["the first words", "other words", "the last words", "No messages yet"]) {
        await expect.poll(() => page.getByText(gone).count()).toBe(0);
      }
    }
    await closeAll(ada, bob);
  });

  it("the badge, the list of threads and the home page read as they are", async () => {
    const { ada, bob, original, pages, expectAllToShow } = await startTranslatedChat();
    for (const page of pages) await page.getByRole("link", { name: "Lilypad, home" }).click();
    await expectAllToShow("You have read everything.");
    await send(ada.page, "one");
    await expectAllToShow("There is something new in one chat.");
    await openThread(ada, await newDirectThread(ada, bob));
    await send(ada.page, "two");
    await expectAllToShow("There is something new in 2 chats.");
    for (const page of pages) await chatLink(page).click();
    await expectAllToShow("two");
    await callThreadApi(ada.page, "DELETE", "/messages/1");
    await expectAllToShow("Message deleted");
    await original
      .getByRole("link", { name: new RegExp(ada.name) })
      .first()
      .click();
    await expect.poll(() => unreadBadge(original).textContent()).toBe("1");
    await chatLink(original).click();
    await expectAllToShow("Choose a chat, or start a new one.");
    await closeAll(ada, bob);
  });

  it("who is here, who types, titles and members read as they are", async () => {
    const chat = await startTranslatedChat();
    const { ada, bob, threadId, pages, original, expectAllToShow } = chat;
    for (const page of pages) await openDetails(page);
    await expectAllToShow(`${ada.name} is here · 3 members`);
    await callThreadApi(ada.page, "PATCH", "", { name: "Pond" });
    await expectAllToShow("Pond");
    const carol = await openPage(browser, chat.carol);
    await openThread(carol, threadId);
    await expectAllToShow("are here · 3 members");
    // Who types is shown for some seconds only, which do not pass.
    for (const page of pages) await stopClock(page);
    const typing = pages.map((page) => page.getByTestId("typing"));
    await typeUntil(carol.page, async () =>
      (await Promise.all(typing.map((shown) => shown.innerText()))).every((text) => text !== ""),
    );
    await expectAllToShow(`${carol.name} is typing…`);
    for (const page of pages) await page.clock.resume();
    await callThreadApi(ada.page, "PUT", `/members/${guestId(bob.name)}`, { role: "moderator" });
    await expectAllToShow("Moderator · here");
    await send(carol.page, "Hi");
    await expect.poll(() => original.getByTestId("typing").innerText()).toBe("");
    await callThreadApi(ada.page, "DELETE", `/members/${guestId(carol.name)}`);
    await expectAllToShow("· 2 members");
    for (const page of pages) {
      await page.getByRole("button", { name: "Add people" }).click();
      await page.getByLabel("Find people").fill(carol.name);
    }
    await expectAllToShow("1 found");
    for (const page of pages)
      await detailsDialog(page).getByRole("button", { name: carol.name, exact: true }).click();
    await expectAllToShow("Type two letters or more.");
    await closeAll(ada, bob, carol);
  });

  it("a lost connection and what became of a message read as they are", async () => {
    const { ada, bob, translated, expectAllToShow } = await startTranslatedChat();
    for (const [index, page] of translated.entries()) {
      const text = `while away, ${TRANSLATIONS[index]}`;
      const connections = await controlThreadConnections(page);
      await page.reload();
      await composer(page).waitFor();
      await expect.poll(() => page.getByTestId("here").textContent()).not.toBe("");
      // It does not reconnect by itself, which would take the button away.
      await stopClock(page);
      await connections.cut();
      await page.getByText("No connection.").waitFor();
      await send(page, text);
      await page.getByText("Sending…").waitFor();
      await connections.allow();
      await page.getByRole("button", { name: "Try now" }).click();
      await page.clock.resume();
      await waitUntilSent(page, text);
      await expectAllToShow(text);
    }
    await callThreadApi(ada.page, "DELETE", `/members/${guestId(bob.name)}`);
    await expectAllToShow("You are no longer in this chat.");
    for (const page of translated) await expect.poll(() => page.getByText("Sending…").count()).toBe(0);
    await closeAll(ada, bob);
  });
});

/** The id of the guest of this name, as a path names it. */
const guestId = (name: string) => encodeURIComponent(`guest-${name.replaceAll(" ", "-")}`);
