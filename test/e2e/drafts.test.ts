/** What is being composed, over threads, reloads, tabs and sign-outs. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  addMessages,
  chatLink,
  closeAll,
  composer,
  messageRow,
  messageRowBySeq,
  newGuests,
  openMessageMenu,
  openPage,
  openThread,
  send,
  startChatAlone,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread, type GuestUser } from "./people.ts";

const browser = await sharedBrowser();

const threadRow = (page: Page, { name }: GuestUser) => page.getByRole("link", { name: new RegExp(name) });
const replyBar = (page: Page) => page.locator("#composer-reply");
const editor = (page: Page) => page.getByLabel("Edit message");

/** Ada with chats with Bob, which is open, and with Carol. */
async function startTwoChats() {
  const [user, bob, carol] = await newGuests("Ada", "Bob", "Carol");
  await newDirectThread(user, carol);
  const withBob = await newDirectThread(user, bob);
  const ada = await openPage(browser, user);
  await openThread(ada, withBob);
  await threadRow(ada.page, carol).waitFor();
  return { ada, bob, carol };
}

async function choose(page: Page, seq: number, action: "Reply" | "Edit"): Promise<void> {
  const menu = await openMessageMenu(page, seq);
  await menu.getByRole("button", { name: action, exact: true }).click();
}

describe("a reply that is half written", () => {
  it("is what it was after another chat and a reload, shows in the list, and is sent as a reply", async () => {
    const { ada, bob, carol } = await startTwoChats();
    await send(ada.page, "Tea or coffee?");
    await waitUntilSent(ada.page, "Tea or coffee?");
    await choose(ada.page, 1, "Reply");
    await composer(ada.page).pressSequentially("Coc");

    await threadRow(ada.page, carol).click();
    await expect.poll(() => composer(ada.page).inputValue()).toBe("");
    await expect.poll(() => replyBar(ada.page).count()).toBe(0);
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("Draft: Coc");
    await ada.page.reload();
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("Draft: Coc");

    await threadRow(ada.page, bob).click();
    await expect.poll(() => composer(ada.page).inputValue()).toBe("Coc");
    await expect.poll(() => replyBar(ada.page).textContent()).toContain("Tea or coffee?");
    await ada.page.reload();
    await expect.poll(() => composer(ada.page).inputValue()).toBe("Coc");
    await composer(ada.page).focus();
    await ada.page.keyboard.type("oa, please");
    await ada.page.keyboard.press("Enter");
    await waitUntilSent(ada.page, "Cocoa, please");
    const quote = messageRow(ada.page, "Cocoa, please").getByRole("button", { name: /^In reply to/ });
    await expect.poll(() => quote.textContent()).toContain("Tea or coffee?");

    await threadRow(ada.page, carol).click();
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("You: Cocoa, please");
    await threadRow(ada.page, bob).click();
    await expect.poll(() => messageRow(ada.page, "Cocoa, please").count()).toBe(1);
    await expect.poll(() => composer(ada.page).inputValue()).toBe("");
    await expect.poll(() => replyBar(ada.page).count()).toBe(0);
    await closeAll(ada);
  });

  it("shows what it replies to also where that is older than what is loaded", async () => {
    const { ada, threadId } = await startChatAlone(browser);
    await send(ada.page, "Tea or coffee?");
    await waitUntilSent(ada.page, "Tea or coffee?");
    await choose(ada.page, 1, "Reply");
    await replyBar(ada.page).waitFor();
    await addMessages(ada, threadId, 60);
    await ada.page.reload();
    await messageRow(ada.page, "number 60 of many").waitFor();
    await expect.poll(() => replyBar(ada.page).textContent()).toContain("Tea or coffee?");
    await ada.page.getByRole("button", { name: "Cancel reply" }).click();
    await ada.page.reload();
    await messageRow(ada.page, "number 60 of many").waitFor();
    await expect.poll(() => replyBar(ada.page).count()).toBe(0);
    await closeAll(ada);
  });
});

describe("an edit that is half written", () => {
  it("is what it was after another chat and a reload, shows in the list, and is saved", async () => {
    const { ada, bob, carol } = await startTwoChats();
    await send(ada.page, "Tee");
    await waitUntilSent(ada.page, "Tee");
    await choose(ada.page, 1, "Edit");
    await editor(ada.page).fill("Tea for");
    await threadRow(ada.page, carol).click();
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("Draft: Tea for");
    await threadRow(ada.page, bob).click();
    await expect.poll(() => editor(ada.page).inputValue()).toBe("Tea for");
    await ada.page.reload();
    await expect.poll(() => editor(ada.page).inputValue()).toBe("Tea for");
    await editor(ada.page).fill("Tea for two");
    await ada.page.getByRole("button", { name: "Save" }).click();
    await messageRowBySeq(ada.page, 1).getByText("Tea for two").waitFor();
    await ada.page.reload();
    await messageRowBySeq(ada.page, 1).getByText("Tea for two").waitFor();
    await expect.poll(() => editor(ada.page).count()).toBe(0);
    await closeAll(ada);
  });

  it("goes with its message", async () => {
    const { ada, bob, carol } = await startTwoChats();
    await send(ada.page, "Tee");
    await waitUntilSent(ada.page, "Tee");
    await choose(ada.page, 1, "Edit");
    await editor(ada.page).fill("Tea");
    // As by another tab.
    await ada.page.evaluate(() =>
      fetch(`/api/threads/${location.pathname.split("/").at(-1)}/messages/1`, { method: "DELETE" }),
    );
    await messageRowBySeq(ada.page, 1).getByText("Message deleted").waitFor();
    await threadRow(ada.page, carol).click();
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("Message deleted");
    await expect.poll(() => keptDrafts(ada.page)).toEqual([]);
    await closeAll(ada);
  });
});

const keptDrafts = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("lilypad draft")));

describe("a draft", () => {
  it("is its user's own, and gone when they sign out, in other tabs too", async () => {
    const { ada, bob } = await startTwoChats();
    await composer(ada.page).fill("for Bob alone");
    const otherTab = await ada.context.newPage();
    await otherTab.goto(ada.page.url());
    await expect.poll(() => composer(otherTab).inputValue()).toBe("for Bob alone");
    const threadUrl = ada.page.url();
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    for (const page of [ada.page, otherTab]) await page.getByLabel("Your name").waitFor();
    await expect.poll(() => keptDrafts(ada.page)).toEqual([]);
    for (const name of [bob.name, ada.name]) {
      await ada.page.getByLabel("Your name").fill(name);
      await ada.page.getByRole("button", { name: "Sign in" }).click();
      // Signed in, before anything else is loaded.
      await ada.page.getByRole("button", { name: "Sign out" }).waitFor();
      await ada.page.goto(threadUrl);
      for (const page of [ada.page, otherTab]) {
        await composer(page).waitFor();
        expect(await composer(page).inputValue()).toBe("");
      }
      await ada.page.getByRole("button", { name: "Sign out" }).click();
      for (const page of [ada.page, otherTab]) await page.getByLabel("Your name").waitFor();
    }
    await closeAll(ada);
  });

  it("is not shown to another user of the browser, and stays over a session that ended by itself", async () => {
    const { ada, bob } = await startChatAlone(browser);
    const threadUrl = ada.page.url();
    await composer(ada.page).fill("for Bob alone");
    const signIn = (name: string) =>
      ada.page.evaluate(async (given) => {
        const headers = { "content-type": "application/json" };
        await fetch("/api/session", { method: "POST", headers, body: JSON.stringify({ name: given }) });
      }, name);
    await signIn(bob.name);
    await ada.page.goto(threadUrl);
    await ada.page.locator(".nav-name", { hasText: bob.name }).waitFor();
    await composer(ada.page).waitFor();
    expect(await composer(ada.page).inputValue()).toBe("");
    await signIn(ada.name);
    await ada.page.goto(threadUrl);
    await expect.poll(() => composer(ada.page).inputValue()).toBe("for Bob alone");
    await closeAll(ada);
  });

  it("follows what is typed in another tab, except where one is typing oneself", async () => {
    const { ada } = await startChatAlone(browser);
    const otherTab = await ada.context.newPage();
    await otherTab.goto(ada.page.url());
    await composer(ada.page).fill("from the first");
    await expect.poll(() => composer(otherTab).inputValue()).toBe("from the first");

    // Both have the focus here, as no two tabs of a person have: what either is typing stays.
    await composer(otherTab).fill("from the other");
    await composer(otherTab).pressSequentially(", too");
    await otherTab.reload();
    await expect.poll(() => composer(otherTab).inputValue()).toBe("from the other, too");
    expect(await composer(ada.page).inputValue()).toBe("from the first");

    // The last one to write decides what is kept.
    await composer(ada.page).pressSequentially(" again");
    await otherTab.reload();
    await expect.poll(() => composer(otherTab).inputValue()).toBe("from the first again");

    // What was sent in one tab is not left to be sent in the other.
    await composer(ada.page).blur();
    await send(otherTab, "from the other, at last");
    await waitUntilSent(otherTab, "from the other, at last");
    await expect.poll(() => composer(ada.page).inputValue()).toBe("");
    await closeAll(ada);
  });
});

describe("a browser that keeps nothing for the page", () => {
  it.each([
    [
      "because it may not",
      () =>
        Object.defineProperty(globalThis, "localStorage", {
          get: () => {
            throw new DOMException("denied", "SecurityError");
          },
        }),
    ],
    [
      "because it is full",
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      },
    ],
  ])("%s lets one compose, switch chats, send and sign out all the same", async (_why, breakStorage) => {
    const { ada, bob, carol } = await startTwoChats();
    await ada.page.addInitScript(breakStorage);
    await ada.page.reload();
    await composer(ada.page).fill("Hello");
    await threadRow(ada.page, carol).click();
    await expect.poll(() => threadRow(ada.page, bob).textContent()).toContain("Draft: Hello");
    await threadRow(ada.page, bob).click();
    await expect.poll(() => composer(ada.page).inputValue()).toBe("Hello");
    await ada.page.getByRole("button", { name: "Send" }).click();
    await waitUntilSent(ada.page, "Hello");
    await composer(ada.page).fill("for Bob alone");
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    await ada.page.getByLabel("Your name").fill(ada.name);
    await ada.page.getByRole("button", { name: "Sign in" }).click();
    await chatLink(ada.page).click();
    await threadRow(ada.page, bob).click();
    await composer(ada.page).waitFor();
    expect(await composer(ada.page).inputValue()).toBe("");
    await closeAll(ada);
  });
});
