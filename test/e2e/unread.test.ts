/** What is unread: where a chat opens, what counts as read, and how one comes to the newest message. */
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  controlThreadConnections,
  messageRow,
  messageRowBySeq,
  openPage,
  send,
  settled,
  uniqueName,
  unreadBadge,
  type Guest,
} from "./page.ts";
import { newGroup, newGuest, person, writeMessages, type Person } from "./people.ts";

const browser = await sharedBrowser();

/** Ada, whose page is still empty, and a group of hers in which `owner` has written `count` messages; she has read the first 10. */
async function groupWith(count: number): Promise<{ ada: Guest; owner: Person; id: string }> {
  const ada = await openPage(browser, await newGuest(uniqueName("Ada")));
  const owner = await person("Owner");
  const id = await newGroup(owner, ada);
  await write(owner, id, 1, count);
  await ada.call("PUT", `/api/threads/${id}/read`, { seq: 10 });
  return { ada, owner, id };
}

/** Writes the messages "number `from`." to "number `to`.". */
async function write(author: Person, id: string, from: number, to: number): Promise<void> {
  const bodies = Array.from({ length: to - from + 1 }, (_, index) => `number ${from + index}.`);
  await writeMessages(author, id, bodies);
}

const open = (page: Page, id: string) => page.goto(`${inject("url")}/chat/${id}`);
const divider = (page: Page) => page.getByRole("log").getByText("New messages", { exact: true });
const toNewest = (page: Page) => page.getByRole("button", { name: /new messages?$|^Newest messages$/ });

/** The user's read marker in the thread that the page shows, as the server knows it. */
const readMarker = (page: Page) =>
  page.evaluate(async () => {
    const thread = await (await fetch(`/api/threads/${location.pathname.split("/").at(-1)}`)).json();
    return (thread as { you: { readSeq: number } }).you.readSeq;
  });

/** Whether a message is in the box of the list, all of it. */
const isInView = (page: Page, seq: number) =>
  page.getByRole("log").evaluate((box, wanted) => {
    const row = box.querySelector(`[data-seq="${wanted}"]`)?.getBoundingClientRect();
    const { top, bottom } = box.getBoundingClientRect();
    return row !== undefined && row.top >= top && row.bottom <= bottom + 1;
  }, seq);

/** The last message of which all is in view. */
const lastInView = (page: Page) =>
  page.getByRole("log").evaluate((box) => {
    const { bottom } = box.getBoundingClientRect();
    const rows = [...box.querySelectorAll<HTMLElement>("[data-seq]")];
    return Number(rows.findLast((row) => row.getBoundingClientRect().bottom <= bottom + 1)?.dataset["seq"]);
  });

/** Waits until all that is in view has been read, and nothing below it. */
async function expectReadToBottom(page: Page): Promise<void> {
  await expect
    .poll(async () => ({ read: await readMarker(page), shown: await lastInView(page) }))
    .toSatisfy(({ read, shown }: { read: number; shown: number }) => read === shown);
}

/** Makes the page's tab look hidden, or shown again. */
const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (isHidden ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

describe("a chat with unread messages", () => {
  it("opens at the first of them, under a divider, and marks as read what was on screen", async () => {
    const { ada, id } = await groupWith(60);
    await open(ada.page, id);
    await divider(ada.page).waitFor();
    await expect.poll(() => isInView(ada.page, 11)).toBe(true);
    await expect.poll(() => isInView(ada.page, 10)).toBe(true);
    const shown = await settled(ada.page, () => lastInView(ada.page));
    expect(shown).toBeLessThan(60);
    await expect.poll(() => readMarker(ada.page)).toBe(shown);
    const count = ada.page.getByRole("link", { name: new RegExp(`${60 - shown} unread`) });
    await count.waitFor();
    await expect.poll(() => toNewest(ada.page).textContent()).toContain(`${60 - shown} new messages`);
    await expect.poll(() => unreadBadge(ada.page).textContent()).toBe("1");

    await toNewest(ada.page).click();
    await expect.poll(() => isInView(ada.page, 60)).toBe(true);
    await expect.poll(() => readMarker(ada.page)).toBe(60);
    await expect.poll(() => unreadBadge(ada.page).count()).toBe(0);
    await expect.poll(() => toNewest(ada.page).count()).toBe(0);
    await closeAll(ada);
  });

  it("opens at the first of them also where that is not among the newest, and loads those between", async () => {
    const { ada, id } = await groupWith(160);
    await open(ada.page, id);
    await divider(ada.page).waitFor();
    await expect.poll(() => isInView(ada.page, 11)).toBe(true);
    await expectReadToBottom(ada.page);
    // Down through all of them, a screen at a time.
    await ada.page.getByRole("log").focus();
    const seen = new Set<number>();
    await expect
      .poll(async () => {
        const drawn = await ada.page
          .locator("[data-seq]")
          .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-seq"))));
        for (const seq of drawn) seen.add(seq);
        await ada.page.keyboard.press("PageDown");
        await settled(ada.page, () => lastInView(ada.page));
        return isInView(ada.page, 160);
      })
      .toBe(true);
    expect(Array.from({ length: 150 }, (_, index) => index + 11).filter((seq) => !seen.has(seq))).toEqual([]);
    await expect.poll(() => readMarker(ada.page)).toBe(160);
    await closeAll(ada);
  });

  it("opens at the first that is loaded where the first of all cannot be", async () => {
    const { ada, id } = await groupWith(160);
    await ada.page.route("**/messages?*", (route) => route.abort());
    await open(ada.page, id);
    await messageRowBySeq(ada.page, 111).waitFor();
    await divider(ada.page).waitFor();
    await expect.poll(() => isInView(ada.page, 111)).toBe(true);
    expect(await isInView(ada.page, 160)).toBe(false);
    await ada.page.unroute("**/messages?*");
    await closeAll(ada);
  });

  it("opens at the newest where all are read, without a divider", async () => {
    const { ada, id } = await groupWith(10);
    await open(ada.page, id);
    await messageRow(ada.page, "number 10.").waitFor();
    await expect.poll(() => isInView(ada.page, 10)).toBe(true);
    expect(await divider(ada.page).count()).toBe(0);
    await expect.poll(() => toNewest(ada.page).count()).toBe(0);
    await closeAll(ada);
  });

  it("is at the newest when the user sends something, and has no divider any more", async () => {
    const { ada, id } = await groupWith(60);
    await open(ada.page, id);
    await divider(ada.page).waitFor();
    await send(ada.page, "my answer");
    await messageRow(ada.page, "my answer").waitFor();
    await expect.poll(() => isInView(ada.page, 61)).toBe(true);
    await expect.poll(() => divider(ada.page).count()).toBe(0);
    await expect.poll(() => readMarker(ada.page)).toBe(61);
    await closeAll(ada);
  });
});

describe("messages that come", () => {
  it("while the user reads further up are counted on the button, and read when they are seen", async () => {
    const { ada, owner, id } = await groupWith(60);
    await open(ada.page, id);
    await toNewest(ada.page).click();
    await expect.poll(() => readMarker(ada.page)).toBe(60);
    const list = ada.page.getByRole("log");
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight / 2;
    });
    await expect.poll(() => toNewest(ada.page).textContent()).toContain("Newest messages");
    const row = messageRowBySeq(ada.page, (await settled(ada.page, () => lastInView(ada.page))) - 3);
    const top = async () => (await row.boundingBox())?.y ?? NaN;
    const before = await settled(ada.page, top);
    await write(owner, id, 61, 62);
    await expect.poll(() => toNewest(ada.page).textContent()).toContain("2 new messages");
    await expect.poll(top).toBeCloseTo(before, 0);
    expect(await readMarker(ada.page)).toBe(60);
    await toNewest(ada.page).click();
    await expect.poll(() => readMarker(ada.page)).toBe(62);
    await closeAll(ada);
  });

  it("to a hidden tab are not read, and the first of them is found under a divider", async () => {
    const { ada, owner, id } = await groupWith(10);
    await open(ada.page, id);
    await messageRow(ada.page, "number 10.").waitFor();
    await setHidden(ada.page, true);
    await write(owner, id, 11, 70);
    await expect.poll(() => toNewest(ada.page).textContent()).toContain("60 new messages");
    expect(await readMarker(ada.page)).toBe(10);
    await setHidden(ada.page, false);
    await divider(ada.page).waitFor();
    await expect.poll(() => isInView(ada.page, 11)).toBe(true);
    await expectReadToBottom(ada.page);
    expect(await lastInView(ada.page)).toBeLessThan(70);
    await closeAll(ada);
  });

  it("while the connection is lost stop the list at the first of them when it is back", async () => {
    const { ada, owner, id } = await groupWith(10);
    const connections = await controlThreadConnections(ada.page);
    await open(ada.page, id);
    await messageRow(ada.page, "number 10.").waitFor();
    await connections.cut();
    await write(owner, id, 11, 70);
    await connections.restore();
    await messageRow(ada.page, "number 11.").waitFor();
    await expect.poll(() => isInView(ada.page, 11)).toBe(true);
    await divider(ada.page).waitFor();
    expect(await isInView(ada.page, 70)).toBe(false);
    await closeAll(ada);
  });

  it("and are read in another tab are not counted here any more", async () => {
    const { ada, id } = await groupWith(60);
    await open(ada.page, id);
    await expect.poll(() => toNewest(ada.page).textContent()).toMatch(/\d+ new messages/);
    const other = await ada.context.newPage();
    await open(other, id);
    await toNewest(other).click();
    await expect.poll(() => readMarker(other)).toBe(60);
    await expect.poll(() => toNewest(ada.page).textContent()).toContain("Newest messages");
    await closeAll(ada);
  });
});
