/** The scrolling list of messages: loading older ones, staying in place, and rendering only what changes. */
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  addMessages,
  callThreadApi,
  closeAll,
  composer,
  expectFocus,
  messageRow,
  messageRowBySeq,
  newGuests,
  openMessageMenu,
  openPage,
  openThread,
  scrollToTop,
  send,
  settled,
  startChatAlone,
  uniqueName,
} from "./page.ts";
import { newDirectThread, newGroup, newGuest, person, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

describe("the message list", () => {
  it("loads older messages on scrolling up, and keeps those in view in place", async () => {
    const ada = await openPage(browser, await newGuest(uniqueName("Ada")));
    const owner = await person("Owner");
    const id = await newGroup(owner, ada);
    const texts = Array.from({ length: 80 }, (_, index) => `number ${index + 1}.\nSecond line.`);
    await writeMessages(owner, id, texts);
    await ada.call("PUT", `/api/threads/${id}/read`, { seq: 80 });
    await openThread(ada, id);
    await messageRow(ada.page, "number 80.").waitFor();
    expect(await messageRow(ada.page, "number 1.").count()).toBe(0);
    const mayAnswer = Promise.withResolvers<void>();
    await ada.page.route("**/messages?before=*", async (route) => {
      await mayAnswer.promise;
      await route.continue();
    });
    await scrollToTop(ada.page);
    const oldestShown = messageRow(ada.page, "number 31.");
    await oldestShown.waitFor();
    const top = async () => (await oldestShown.boundingBox())?.y ?? NaN;
    const before = await settled(ada.page, top);
    mayAnswer.resolve();
    await messageRow(ada.page, "number 30.").waitFor({ state: "attached" });
    expect(Math.abs((await settled(ada.page, top)) - before)).toBeLessThan(2);
    await scrollToTop(ada.page);
    await messageRow(ada.page, "number 1.").waitFor();
    await closeAll(ada);
  });

  it("keeps what is in view in place when a message above it changes its height", async () => {
    const { ada } = await startChatAlone(browser, { messages: 40 });
    await messageRow(ada.page, "number 40 of many").waitFor();
    const row = messageRowBySeq(ada.page, 25);
    const top = () => row.evaluate((li) => Math.round(li.getBoundingClientRect().top));
    await row.evaluate((li) => {
      li.scrollIntoView({ block: "start" });
    });
    const before = await settled(ada.page, top);
    await callThreadApi(ada.page, "PUT", `/messages/2/reactions/${encodeURIComponent("👍")}`);
    await messageRowBySeq(ada.page, 2).locator(".reactions").waitFor({ state: "attached" });
    await expect.poll(top).toBe(before);
    await closeAll(ada);
  });

  it("stays at the bottom when what is in it or below it changes its height", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const threadId = await newDirectThread(user, bob);
    await addMessages(user, threadId, 40);
    const ada = await openPage(browser, user);
    // One message never reaches the server, while the connection stays.
    await ada.page.routeWebSocket(/\/socket/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        if (!String(frame).includes("never stored")) server.send(frame);
      });
    });
    await openThread(ada, threadId);
    await messageRow(ada.page, "number 40 of many").waitFor();
    const list = ada.page.getByRole("log");
    const height = () => list.evaluate((box) => box.scrollHeight - box.clientHeight);
    const distance = () =>
      list.evaluate((box) => Math.round(box.scrollHeight - box.clientHeight - box.scrollTop));
    /** Runs what makes the list higher, or lower than what is in it, and waits until it stands at its bottom again. */
    const staysDuring = async (action: () => Promise<unknown>) => {
      await expect.poll(distance).toBe(0);
      const before = await height();
      await action();
      await expect.poll(height).toBeGreaterThan(before);
      await expect.poll(distance).toBe(0);
    };
    await staysDuring(() => composer(ada.page).fill("one\ntwo\nthree\nfour"));
    await staysDuring(() =>
      callThreadApi(ada.page, "PUT", `/messages/40/reactions/${encodeURIComponent("👍")}`),
    );
    await staysDuring(() => callThreadApi(ada.page, "PATCH", "/messages/39", { body: "1\n2\n3\n4\n5" }));
    // It would be shown a second after the message.
    await ada.page.evaluate(() => {
      const held = new CSSStyleSheet();
      held.replaceSync(".message-sending { animation-play-state: paused !important; }");
      document.adoptedStyleSheets = [held];
    });
    await send(ada.page, "never stored");
    await messageRow(ada.page, "never stored").waitFor();
    await staysDuring(async () => {
      await ada.page.evaluate(() => {
        document.adoptedStyleSheets = [];
      });
      await ada.page.getByText("Sending…").waitFor();
    });
    await closeAll(ada);
  });

  it("keeps a half-written edit when older messages are loaded above it", async () => {
    const { ada } = await startChatAlone(browser, { messages: 80 });
    await messageRow(ada.page, "number 80 of many").waitFor();
    const menu = await openMessageMenu(ada.page, 79);
    await menu.getByRole("button", { name: "Edit", exact: true }).click();
    const editor = ada.page.getByLabel("Edit message");
    await editor.fill("half written");
    await scrollToTop(ada.page);
    await messageRowBySeq(ada.page, 1).waitFor({ state: "attached" });
    expect(await editor.inputValue()).toBe("half written");
    await editor.press("Escape");
    // The row has the focus now that the editor is removed.
    const row = messageRowBySeq(ada.page, 79);
    await expectFocus(row);
    await closeAll(ada);
  });

  it("has elements for rows near what is in view alone, however many are loaded", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const threadId = await newDirectThread(user, bob);
    await addMessages(user, threadId, 220);
    await user.call("POST", `/api/threads/${threadId}/messages`, { body: "the reply", replyTo: 2 });
    const ada = await openPage(browser, user);
    await openThread(ada, threadId);
    await messageRow(ada.page, "the reply").waitFor();
    const rows = ada.page.locator("[data-state]");
    const list = ada.page.getByRole("log");
    await expect
      .poll(async () => {
        await scrollToTop(ada.page);
        return ada.page.getByText("This is where it began.").count();
      })
      .toBe(1);
    await messageRowBySeq(ada.page, 1).waitFor();
    await expect.poll(() => rows.count()).toBeLessThan(150);
    // In the middle, where no row had an element so far, the box is filled with rows.
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight / 2;
    });
    const isFilled = () =>
      list.evaluate((box) => {
        const { top, bottom, left } = box.getBoundingClientRect();
        const items = [top + 20, (top + bottom) / 2, bottom - 20].map((y) =>
          document.elementFromPoint(left + 30, y)?.closest("[data-index]"),
        );
        return items.every((item) => item !== null && item !== undefined);
      });
    await expect.poll(isFilled).toBe(true);
    await expect.poll(() => rows.count()).toBeLessThan(150);
    // A message that has no element is jumped to all the same.
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await messageRow(ada.page, "the reply")
      .getByRole("button", { name: /^In reply to/ })
      .click();
    await expectFocus(messageRowBySeq(ada.page, 2));
    // The row with the focus keeps its element, and with it the focus, when it is scrolled out of view.
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await messageRow(ada.page, "the reply").waitFor();
    await expectFocus(messageRowBySeq(ada.page, 2));
    await expect.poll(() => messageRowBySeq(ada.page, 110).count()).toBe(0);
    await closeAll(ada);
  });

  it("shows an error while older messages cannot be loaded", async () => {
    const { ada } = await startChatAlone(browser, { messages: 80 });
    await ada.page.route("**/messages?before=*", (route) => route.abort());
    await messageRow(ada.page, "number 80 of many").waitFor();
    const loadOlder = ada.page.getByRole("button", { name: "Load older messages" });
    await loadOlder.click();
    const error = ada.page.getByRole("alert");
    await error.waitFor();
    await ada.page.unroute("**/messages?before=*");
    // Again, as an attempt that fails may be under way; and in the page, as the list may have loaded them by itself.
    await expect
      .poll(async () => {
        await loadOlder.evaluateAll(([button]) => (button as HTMLElement | undefined)?.click());
        return messageRowBySeq(ada.page, 1).count();
      })
      .toBe(1);
    await expect.poll(() => error.count()).toBe(0);
    await closeAll(ada);
  });

  it("renders no row again for a new message, and only the changed row for a change", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const threadId = await newDirectThread(user, bob);
    const messages = `/api/threads/${threadId}/messages`;
    // Alternating authors, so that each row shows its author and time.
    for (let n = 1; n <= 10; n++) {
      for (const author of [user, bob]) await author.call("POST", messages, { body: `number ${n}` });
    }
    const ada = await openPage(browser, user);
    // Rendering a row formats its time with toISOString(): recording those calls shows which rows are rendered.
    await ada.page.addInitScript(`
      const original = Date.prototype.toISOString;
      globalThis.formatted = [];
      Date.prototype.toISOString = function () {
        const text = original.call(this);
        formatted.push(text);
        return text;
      };
    `);
    await openThread(ada, threadId);
    /** The positions, counted from 1, of the rows in the list that are rendered again during an action. */
    const rowsRenderedDuring = async (action: () => Promise<unknown>) => {
      const times = ada.page.locator("[data-state] time");
      const shown = await times.evaluateAll((all) => all.map((time) => time.getAttribute("datetime")));
      await ada.page.evaluate("formatted.length = 0");
      await action();
      const formatted = new Set(await ada.page.evaluate<string[]>("formatted"));
      // Without the newest, whose time the list of threads shows too.
      return shown.slice(0, -1).flatMap((time, index) => (formatted.has(String(time)) ? index + 1 : []));
    };
    const waitForPreview = (text: string) =>
      ada.page.getByRole("link").getByText(text, { exact: true }).waitFor();
    await waitForPreview("number 10");
    await messageRow(ada.page, "number 10").last().waitFor();
    const onNewMessages = await rowsRenderedDuring(async () => {
      await bob.call("POST", messages, { body: "from Bob" });
      await messageRow(ada.page, "from Bob").waitFor();
      await send(ada.page, "from Ada");
      await waitForPreview("You: from Ada");
    });
    expect(onNewMessages).toEqual([]);
    const onReaction = await rowsRenderedDuring(async () => {
      await bob.call("PUT", `${messages}/7/reactions/${encodeURIComponent("👍")}`);
      await messageRowBySeq(ada.page, 7).locator(".reactions").waitFor();
    });
    expect(onReaction).toEqual([7]);
    await closeAll(ada);
  });
});
