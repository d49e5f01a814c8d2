/** Layout with narrow screens, long names, and text from right to left. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { closeAll, composer, messageRow, PHONE, send, signInGuest, startChat, uniqueName } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("a message's menu fits the narrowest phone", async () => {
  const bob = await signInGuest(browser, uniqueName("Bob"));
  const ada = await signInGuest(browser, uniqueName("Ada"), {
    ...PHONE,
    viewport: { width: 320, height: 568 },
  });
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  for (const text of ["Hi", "Hello"]) {
    if (text === "Hello") await send(ada.page, text);
    await messageRow(ada.page, text).getByRole("button", { name: "Message actions" }).click();
    const menu = ada.page.getByRole("dialog", { name: "Message actions" });
    const { x = -1, width = 0 } = (await menu.boundingBox()) ?? {};
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(320);
    expect(await ada.page.getByRole("log").evaluate((list) => list.scrollLeft)).toBe(0);
    await ada.page.keyboard.press("Escape");
  }
  await closeAll(ada, bob);
});

it("a long name does not wrap the time beside it", async () => {
  const bob = await signInGuest(browser, `${"W".repeat(40)} ${crypto.randomUUID()}`);
  const ada = await signInGuest(browser, uniqueName("Ada"), PHONE);
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  const time = messageRow(ada.page, "Hi").locator("time");
  await time.waitFor();
  const isOneLine = (element: Element) =>
    element.clientHeight < 2 * parseFloat(getComputedStyle(element).fontSize);
  expect(await time.evaluate(isOneLine)).toBe(true);
  await closeAll(ada, bob);
});

it("names, messages and drafts have the direction of their script, independent of the page's", async () => {
  const bob = await signInGuest(browser, uniqueName("דניאל"));
  const ada = await signInGuest(browser, uniqueName("Ada"));
  await startChat(ada.page, bob.name);
  await send(ada.page, "Hello!");
  await bob.page.goto(ada.page.url());
  await send(bob.page, "שלום!");
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
  await closeAll(ada, bob);
});
