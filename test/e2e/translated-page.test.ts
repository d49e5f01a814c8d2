/** Pages that the browser translates: what changes or goes is drawn, whatever was done to its text nodes. */
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

/** A group of Ada, Bob and Carol. Ada and Bob have it open, Bob on a translated page and on one that is not: `original`. */
async function startTranslatedChat(translation: Translation) {
  const { ada, bob: user, carol, threadId } = await startGroupAlone(browser);
  const bob = await openPage(browser, user);
  const original = await bob.context.newPage();
  await translatePage(bob.page, translation);
  for (const page of [bob.page, original]) await openThread({ page }, threadId);
  const translated = bob.page;
  /** Once the original shows this, both read alike. */
  const expectBothToShow = async (text: string) => {
    await original.getByText(text).first().waitFor();
    await expect
      .poll(async () => {
        const texts = await Promise.all(
          [translated, original].map((page) => page.locator("body").innerText()),
        );
        return texts[0] === texts[1] ? [] : texts;
      })
      .toEqual([]);
  };
  return { ada, bob, carol, threadId, translated, original, expectBothToShow };
}

describe.each<Translation>(["replaced", "moved"])("where text nodes are %s", (translation) => {
  it("messages read as they are after they were sent, edited, reacted to, quoted and deleted", async () => {
    const { ada, bob, translated, expectBothToShow } = await startTranslatedChat(translation);
    await expectBothToShow("No messages yet. Say hello!");
    await send(ada.page, "the first words");
    await expectBothToShow("This is where it began.");
    await callThreadApi(ada.page, "POST", "/messages", { body: "a reply", replyTo: 1 });
    await expectBothToShow("a reply");
    await callThreadApi(ada.page, "PATCH", "/messages/1", { body: "other words, https://a.example" });
    await expectBothToShow("(edited)");
    await callThreadApi(ada.page, "PATCH", "/messages/1", { body: "the last words" });
    await expectBothToShow("the last words");
    await callThreadApi(ada.page, "PUT", "/messages/1/reactions/👍");
    await expectBothToShow("👍 1");
    await callThreadApi(bob.page, "PUT", "/messages/1/reactions/👍");
    await expectBothToShow("👍 2");
    await callThreadApi(ada.page, "DELETE", "/messages/1");
    await expectBothToShow("Message deleted");
    for (const gone of ["the first words", "other words", "the last words", "No messages yet"]) {
      await expect.poll(() => translated.getByText(gone).count()).toBe(0);
    }
    await closeAll(ada, bob);
  });

  it("the badge, the list of threads and the home page read as they are", async () => {
    const { ada, bob, translated, original, expectBothToShow } = await startTranslatedChat(translation);
    for (const page of [translated, original]) {
      await page.getByRole("link", { name: "Lilypad, home" }).click();
    }
    await expectBothToShow("You have read everything.");
    await send(ada.page, "one");
    await expectBothToShow("There is something new in one chat.");
    await openThread(ada, await newDirectThread(ada, bob));
    await send(ada.page, "two");
    await expectBothToShow("There is something new in 2 chats.");
    for (const page of [translated, original]) await chatLink(page).click();
    await expectBothToShow("two");
    await callThreadApi(ada.page, "DELETE", "/messages/1");
    await expectBothToShow("Message deleted");
    await original
      .getByRole("link", { name: new RegExp(ada.name) })
      .first()
      .click();
    await expect.poll(() => unreadBadge(original).textContent()).toBe("1");
    await chatLink(original).click();
    await expectBothToShow("Choose a chat, or start a new one.");
    await closeAll(ada, bob);
  });

  it("who is here, who types, titles and members read as they are", async () => {
    const chat = await startTranslatedChat(translation);
    const { ada, bob, threadId, translated, original, expectBothToShow } = chat;
    for (const page of [translated, original]) await openDetails(page);
    await expectBothToShow(`${ada.name} is here · 3 members`);
    await callThreadApi(ada.page, "PATCH", "", { name: "Pond" });
    await expectBothToShow("Pond");
    const carol = await openPage(browser, chat.carol);
    await openThread(carol, threadId);
    await expectBothToShow("are here · 3 members");
    // Who types is shown for some seconds only, which do not pass.
    for (const page of [translated, original]) await stopClock(page);
    const typing = [translated, original].map((page) => page.getByTestId("typing"));
    await typeUntil(carol.page, async () =>
      (await Promise.all(typing.map((shown) => shown.innerText()))).every((text) => text !== ""),
    );
    await expectBothToShow(`${carol.name} is typing…`);
    for (const page of [translated, original]) await page.clock.resume();
    await callThreadApi(ada.page, "PUT", `/members/${guestId(bob.name)}`, { role: "moderator" });
    await expectBothToShow("Moderator · here");
    await send(carol.page, "Hi");
    await expect.poll(() => original.getByTestId("typing").innerText()).toBe("");
    await callThreadApi(ada.page, "DELETE", `/members/${guestId(carol.name)}`);
    await expectBothToShow("· 2 members");
    for (const page of [translated, original]) {
      await page.getByRole("button", { name: "Add people" }).click();
      await page.getByLabel("Find people").fill(carol.name);
    }
    await expectBothToShow("1 found");
    await detailsDialog(translated).getByRole("button", { name: carol.name, exact: true }).click();
    await detailsDialog(original).getByRole("button", { name: carol.name, exact: true }).click();
    await expectBothToShow("Type two letters or more.");
    await closeAll(ada, bob, carol);
  });

  it("a lost connection and what became of a message read as they are", async () => {
    const { ada, bob, translated, expectBothToShow } = await startTranslatedChat(translation);
    const connections = await controlThreadConnections(translated);
    await translated.reload();
    await composer(translated).waitFor();
    await expect.poll(() => translated.getByTestId("here").textContent()).not.toBe("");
    // It does not reconnect by itself, which would take the button away.
    await stopClock(translated);
    await connections.cut();
    await translated.getByText("No connection.").waitFor();
    await send(translated, "while away");
    await translated.getByText("Sending…").waitFor();
    await connections.allow();
    await translated.getByRole("button", { name: "Try now" }).click();
    await translated.clock.resume();
    await waitUntilSent(translated, "while away");
    await expectBothToShow("while away");
    await callThreadApi(ada.page, "DELETE", `/members/${guestId(bob.name)}`);
    await expectBothToShow("You are no longer in this chat.");
    await expect.poll(() => translated.getByText("Sending…").count()).toBe(0);
    await closeAll(ada, bob);
  });
});

/** The id of the guest of this name, as a path names it. */
const guestId = (name: string) => encodeURIComponent(`guest-${name.replaceAll(" ", "-")}`);
