/** Layout with narrow screens, long names, and text from right to left. */
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  composer,
  messageRow,
  messageRowBySeq,
  newGuests,
  openDetails,
  openPage,
  openThread,
  PHONE,
  send,
  settled,
  signInGuest,
  startChatAlone,
  uniqueName,
  unreadBadge,
} from "./page.ts";
import { newDirectThread, newGuest, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

it("a message's menu fits the narrowest phone", async () => {
  const narrow = { ...PHONE, viewport: { width: 320, height: 568 } };
  const { ada, bob, threadId } = await startChatAlone(browser, { options: narrow });
  await writeMessages(bob, threadId, ["Hi"]);
  for (const text of ["Hi", "Hello"]) {
    if (text === "Hello") await send(ada.page, text);
    await messageRow(ada.page, text).getByRole("button", { name: "Message actions" }).click();
    const menu = ada.page.getByRole("dialog", { name: "Message actions" });
    const { x = -1, width = 0 } = (await settled(ada.page, () => menu.boundingBox())) ?? {};
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(320);
    expect(await ada.page.getByRole("log").evaluate((list) => list.scrollLeft)).toBe(0);
    await ada.page.keyboard.press("Escape");
  }
  await closeAll(ada);
});

it("a long name does not wrap the time beside it", async () => {
  const bob = await newGuest(`${"W".repeat(40)} ${crypto.randomUUID()}`);
  const ada = await openPage(browser, await newGuest(uniqueName("Ada")), PHONE);
  const threadId = await newDirectThread(bob, ada);
  await writeMessages(bob, threadId, ["Hi"]);
  await openThread(ada, threadId);
  const time = messageRow(ada.page, "Hi").locator("time");
  await time.waitFor();
  const isOneLine = (element: Element) =>
    element.clientHeight < 2 * parseFloat(getComputedStyle(element).fontSize);
  expect(await time.evaluate(isOneLine)).toBe(true);
  await closeAll(ada);
});

it("names, messages and drafts have the direction of their script, independent of the page's", async () => {
  const [user, bob] = await newGuests("Ada", "דניאל");
  const threadId = await newDirectThread(user, bob);
  await writeMessages(user, threadId, ["Hello!"]);
  await writeMessages(bob, threadId, ["שלום!"]);
  const ada = await openPage(browser, user);
  await openThread(ada, threadId);
  await composer(ada.page).fill("תודה");
  const { page } = ada;
  for (const element of [
    page.getByRole("heading", { name: bob.name }),
    composer(page),
    messageRow(page, "שלום!").getByText(bob.name),
    messageRow(page, "שלום!").getByText("שלום!"),
    page.getByRole("link").getByText(bob.name),
    page.getByRole("link").getByText("שלום!"),
  ]) {
    expect(await element.evaluate((node) => getComputedStyle(node).direction)).toBe("rtl");
  }
  const hello = messageRow(page, "Hello!").getByText("Hello!");
  expect(await hello.evaluate((node) => getComputedStyle(node).direction)).toBe("ltr");
  await closeAll(ada);
});

const ZALGO = `Z${"\u0301\u0323\u0488".repeat(20)}`;
const FAMILY = "👨‍👩‍👧‍👦";

it("a thread's row keeps its height, whatever is unread in it", async () => {
  const [ada, user] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(ada, user);
  const bob = await openPage(browser, user);
  await bob.page.goto(`${inject("url")}/chat`);
  const row = bob.page.getByRole("listitem").filter({ hasText: ada.name });
  await row.waitFor();
  const height = async () => (await row.boundingBox())?.height;
  const before = await settled(bob.page, height);
  for (const [index, text] of ["Hello", ZALGO, FAMILY.repeat(40), "नमस्ते ภาษาไทย", "\n\n\nx\n\n"].entries()) {
    await writeMessages(ada, threadId, [text]);
    await row.getByText(`${index + 1} unread`).waitFor();
    await expect.poll(height, { message: text }).toBe(before);
  }
  await closeAll(bob);
});

it("ten thousand lines, stacked marks and joined emoji stay in their bubble, and are shown whole on demand", async () => {
  const { ada, threadId } = await startChatAlone(browser, { options: PHONE });
  const bodies = [
    `first${"\n".repeat(9_980)}last`,
    `${ZALGO.repeat(100)} end`,
    Array.from({ length: 501 }, () => "😀").join("\u200d"),
    FAMILY.repeat(500),
    "x".repeat(10_000),
  ];
  await writeMessages(ada, threadId, bodies);
  const list = ada.page.getByRole("log");
  for (const [index, body] of bodies.entries()) {
    const text = messageRowBySeq(ada.page, index + 1).locator(".message-body");
    const { height = 0, width = 0 } = (await settled(ada.page, () => text.boundingBox())) ?? {};
    expect(height).toBeLessThan(600);
    expect(width).toBeLessThan(390);
    expect(await text.evaluate((element) => getComputedStyle(element).overflow)).toBe("clip");
    const row = messageRowBySeq(ada.page, index + 1);
    const more = row.getByRole("button", { name: "Show more" });
    await more.scrollIntoViewIfNeeded();
    const top = async () => (await text.boundingBox())?.y ?? NaN;
    const before = await settled(ada.page, top);
    await more.tap();
    await expect.poll(() => text.textContent()).toBe(body);
    await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
    expect(Math.abs((await settled(ada.page, top)) - before)).toBeLessThanOrEqual(1);
    await row.getByRole("button", { name: "Show less" }).tap();
    await row.getByRole("button", { name: "Show more" }).waitFor();
    expect(await list.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  }
  await closeAll(ada);
});

it("a name of stacked marks or joined emoji stays in its place in every view", async () => {
  const names = [
    `${ZALGO} ${crypto.randomUUID().slice(0, 8)}`,
    `${FAMILY.repeat(7)}${crypto.randomUUID().slice(0, 8)}`,
  ];
  const ada = await signInGuest(browser, uniqueName("Ada"), PHONE);
  const threadIds: string[] = [];
  for (const name of names) {
    const other = await signInGuest(browser, name);
    const greeting = other.page.getByRole("heading", { name: /^Hello/ });
    expect(await greeting.evaluate((heading) => getComputedStyle(heading).overflow)).toBe("clip");
    await expect
      .poll(async () => (await greeting.boundingBox())?.height, { message: name })
      .toBeLessThan(300);
    await closeAll(other);
    const threadId = await newDirectThread(other, ada);
    await writeMessages(other, threadId, ["Hello"]);
    threadIds.push(threadId);
  }
  await expect.poll(() => unreadBadge(ada.page).textContent()).toBe("2");
  await chatLink(ada.page).click();
  const overflows = () =>
    ada.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  for (const threadId of threadIds) {
    await openThread(ada, threadId);
    await messageRow(ada.page, "Hello").waitFor();
    await expect.poll(overflows).toBe(false);
    const head = ada.page.locator(".message-head");
    await expect.poll(async () => (await head.boundingBox())?.height).toBeLessThan(80);
    expect(await head.locator(".message-author").evaluate((name) => getComputedStyle(name).overflow)).toBe(
      "clip",
    );
    await openDetails(ada.page);
    await expect.poll(overflows).toBe(false);
    await ada.page.goBack();
  }
  await closeAll(ada);
});
