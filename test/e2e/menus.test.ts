/** Menus and what they remove: they float, nothing destructive is where the last tap was, and a deletion can be undone. */
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  DESKTOP,
  detailsDialog,
  messageRow,
  messageRowBySeq,
  newGuests,
  openDetails,
  openMessageMenu,
  openPage,
  openThread,
  painted,
  PHONE,
  refuseMessage,
  send,
  settled,
  startChatAlone,
  startGroupAlone,
  stopClock,
} from "./page.ts";
import { newDirectThread, writeMessages } from "./people.ts";
import { RealSocket } from "./real-socket.ts";

const browser = await sharedBrowser();

/** Taps three times where the middle of `target` is at first. Fails if what is there after a tap would remove something. */
async function tapThreeTimes(page: Page, target: Locator): Promise<void> {
  const { x, y, width, height } = (await settled(page, () => target.boundingBox())) ?? {
    x: 0,
    y: 0,
    width: 0,
    height: 0,
  };
  const spot = { x: x + width / 2, y: y + height / 2 };
  for (let tap = 0; tap < 3; tap++) {
    await page.touchscreen.tap(spot.x, spot.y);
    await painted(page);
    const under = await page.evaluate(
      (at) => document.elementFromPoint(at.x, at.y)?.closest("button")?.textContent.trim(),
      spot,
    );
    expect(under ?? "", `after tap ${tap + 1}`).not.toMatch(
      /^(Delete|Delete for everyone|Remove|Leave|Discard)$/,
    );
  }
}

it("nothing that deletes a message is where its menu was opened on a phone", async () => {
  const { ada } = await startChatAlone(browser, { messages: 12, options: PHONE });
  await messageRowBySeq(ada.page, 12).waitFor();
  for (const seq of [12, 10, 8, 6]) {
    await tapThreeTimes(
      ada.page,
      messageRowBySeq(ada.page, seq).getByRole("button", { name: "Message actions" }),
    );
    await ada.page.reload();
    await messageRowBySeq(ada.page, 12).waitFor();
  }
  expect(await ada.page.getByText("Message deleted").count()).toBe(0);
  await closeAll(ada);
});

it("nothing that leaves, deletes or removes is where it was asked for in the details of a group", async () => {
  const { ada, bob, carol } = await startGroupAlone(browser, PHONE);
  const names = [bob.name, carol.name];
  await openDetails(ada.page);
  const members = detailsDialog(ada.page).locator(".member-row");
  for (const name of ["Leave chat", "Delete chat", ...names.map((one) => `Actions for ${one}`)]) {
    await tapThreeTimes(ada.page, detailsDialog(ada.page).getByRole("button", { name, exact: true }));
    await ada.page.reload();
    await openDetails(ada.page);
  }
  expect(await members.count()).toBe(3);
  await closeAll(ada);
});

it("a confirmation avoids the spot of the last tap, wherever that was", async () => {
  const { ada } = await startGroupAlone(browser, PHONE);
  await openDetails(ada.page);
  const leave = detailsDialog(ada.page).getByRole("button", { name: "Leave chat" });
  const confirmation = ada.page.getByRole("dialog", { name: "Leave this chat?" });
  await leave.tap();
  const { x, y, width, height } = (await settled(ada.page, () =>
    confirmation.getByRole("button", { name: "Leave" }).boundingBox(),
  )) ?? { x: 0, y: 0, width: 0, height: 0 };
  await confirmation.getByRole("button", { name: "Cancel" }).tap();
  // As if "Leave chat" were there: a tap, and then a click that a script makes.
  await ada.page.touchscreen.tap(x + width / 2, y + height / 2);
  await leave.evaluate((button: HTMLElement) => button.click());
  const top = async () => (await confirmation.getByRole("button", { name: "Leave" }).boundingBox())?.y;
  await expect.poll(top).toBeGreaterThan(y + height);
  await closeAll(ada);
});

it.each([
  ["a desktop", DESKTOP],
  ["a phone", PHONE],
])(
  "no row moves when a message's menu opens, nor when a deletion is undone, on %s",
  async (_name, options) => {
    const { ada } = await startChatAlone(browser, { messages: 30, options });
    await messageRowBySeq(ada.page, 30).waitFor();
    await stopClock(ada.page);
    const tops = () =>
      ada.page
        .locator("[data-seq]")
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
    for (const seq of [30, 26, 22]) {
      await messageRowBySeq(ada.page, seq).hover();
      const before = await settled(ada.page, tops);
      const menu = await openMessageMenu(ada.page, seq);
      expect(await settled(ada.page, tops)).toEqual(before);
      await menu.getByRole("button", { name: "Delete" }).click();
      await ada.page.getByRole("button", { name: "Undo" }).waitFor();
      expect(await settled(ada.page, tops)).toEqual(before);
      await ada.page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => ada.page.getByRole("button", { name: "Undo" }).count()).toBe(0);
      expect(await settled(ada.page, tops)).toEqual(before);
    }
    await closeAll(ada);
  },
);

it("a menu does not cover the button that opened it on a desktop", async () => {
  const { ada } = await startChatAlone(browser, { messages: 30 });
  for (const height of [800, 400]) {
    await ada.page.setViewportSize({ width: 1280, height });
    for (const seq of [30, 28]) {
      const menu = await openMessageMenu(ada.page, seq);
      const button = messageRowBySeq(ada.page, seq).getByRole("button", { name: "Message actions" });
      const [over, under] = await settled(ada.page, () =>
        Promise.all([menu.boundingBox(), button.boundingBox()]),
      );
      if (!over || !under) throw new Error("not shown");
      const apart =
        over.x >= under.x + under.width ||
        over.x + over.width <= under.x ||
        over.y >= under.y + under.height ||
        over.y + over.height <= under.y;
      expect(apart).toBe(true);
      expect(over.y).toBeGreaterThanOrEqual(0);
      expect(over.y + over.height).toBeLessThanOrEqual(height);
      await ada.page.keyboard.press("Escape");
    }
  }
  await closeAll(ada);
});

/** A direct chat with one message of Ada's, which she sees. Bob has connected to it. `sent` resolves when she sends a deletion. */
async function startChatWithMessage() {
  const [user, other] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(user, other);
  await writeMessages(user, threadId, ["Oops"]);
  const bob = new RealSocket(`/api/threads/${threadId}/socket`, other.credentials);
  await bob.event("welcome");
  const ada = await openPage(browser, user);
  const sent = new Promise<void>((resolve) => {
    const onFrame = ({ payload }: { payload: string | Buffer }) =>
      payload.toString().includes('"delete"') && resolve();
    ada.page.on("websocket", (socket) => socket.on("framesent", onFrame));
  });
  await openThread(ada, threadId);
  await messageRow(ada.page, "Oops").waitFor();
  return { ada, bob, sent };
}

/**
 * As another tab does it: a real one would have the stopped clock, too. A tab does not wait for the others, which on a busy
 * machine may learn of it only when the session has ended.
 */
async function signOutElsewhere(page: Page, sent: Promise<void>): Promise<void> {
  const notifyOtherTabs = (news: string) =>
    page.evaluate((data) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel takes no target origin.
      new BroadcastChannel("lilypad session").postMessage(data);
    }, news);
  await notifyOtherTabs("ending");
  await sent;
  await page.evaluate(() => fetch("/api/session", { method: "DELETE" }).then(() => undefined));
  await notifyOtherTabs("changed");
}

const deleteFirst = async (page: Page) =>
  (await openMessageMenu(page, 1)).getByRole("button", { name: "Delete" }).click();

it("a deletion is announced, can be undone, and nothing is sent before its time is over", async () => {
  const { ada, bob } = await startChatWithMessage();
  await stopClock(ada.page);
  await deleteFirst(ada.page);
  await ada.page.getByRole("status").getByText("Message deleted").waitFor();
  await ada.page.getByRole("button", { name: "Undo" }).click();
  await ada.page.clock.fastForward(60_000);
  await deleteFirst(ada.page);
  await ada.page.clock.fastForward(5_000);
  // On the same connection: had a deletion been sent, it would have arrived first.
  await send(ada.page, "Still there");
  await bob.event("chat", ({ message }) => (message as { body: string }).body === "Still there");
  expect(bob.events.filter(({ type }) => type === "delete")).toEqual([]);
  await ada.page.clock.fastForward(2_000);
  expect(await bob.event("delete")).toMatchObject({ seq: 1 });
  await expect.poll(() => ada.page.getByRole("button", { name: "Undo" }).count()).toBe(0);
  bob.close();
  await closeAll(ada);
});

it.each<[string, (page: Page, sent: Promise<void>) => Promise<unknown>]>([
  ["another thread", (page) => chatLink(page).click()],
  ["the page", (page) => page.goto("about:blank")],
  ["the page by reloading it", (page) => page.reload()],
  ["their session", (page) => page.getByRole("button", { name: "Sign out" }).click()],
  ["their session in another tab", signOutElsewhere],
])("a deletion that can still be undone is sent when the user leaves for %s", async (_name, leave) => {
  const { ada, bob, sent } = await startChatWithMessage();
  await stopClock(ada.page);
  await deleteFirst(ada.page);
  await leave(ada.page, sent);
  expect(await bob.event("delete")).toMatchObject({ seq: 1 });
  bob.close();
  await closeAll(ada);
});

it("an unsent message that is discarded can be restored, and is not discarded where it is sent again", async () => {
  const [user, bob] = await newGuests("Ada", "Bob");
  const ada = await openPage(browser, user, PHONE);
  await refuseMessage(ada.page, "please", Infinity);
  await openThread(ada, await newDirectThread(ada, bob));
  await send(ada.page, "please");
  const row = messageRow(ada.page, "please");
  await tapThreeTimes(ada.page, row.getByRole("button", { name: "Retry" }));
  await expect.poll(() => row.getAttribute("data-state")).toBe("failed");

  await stopClock(ada.page);
  await row.getByRole("button", { name: "Discard" }).tap();
  await ada.page.getByRole("status").getByText("Message discarded").waitFor();
  await ada.page.getByRole("button", { name: "Undo" }).tap();
  await ada.page.clock.fastForward(60_000);
  await row.getByRole("button", { name: "Discard" }).tap();
  expect(await row.count()).toBe(1);
  await ada.page.clock.fastForward(7_000);
  await expect.poll(() => row.count()).toBe(0);
  await closeAll(ada);
});
