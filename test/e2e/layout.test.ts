/** The page with names, texts and screens of unusual sizes and directions. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { closeAll, guest, message, PHONE, send, startChat, unique } from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("a message's menu fits the narrowest phone", async () => {
  const bob = await guest(browser, unique("Bob"));
  const ada = await guest(browser, unique("Ada"), { ...PHONE, viewport: { width: 320, height: 568 } });
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  for (const text of ["Hi", "Hello"]) {
    if (text === "Hello") await send(ada.page, text);
    await message(ada.page, text).getByRole("button", { name: "Message actions" }).click();
    const menu = ada.page.getByRole("group", { name: "Message actions" });
    const { x = -1, width = 0 } = (await menu.boundingBox()) ?? {};
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(320);
    expect(await ada.page.getByRole("log").evaluate((list) => list.scrollLeft)).toBe(0);
    await ada.page.keyboard.press("Escape");
  }
  await closeAll(ada, bob);
});

it("a name that fills its line leaves the time beside it in one piece", async () => {
  const bob = await guest(browser, `${"W".repeat(40)} ${crypto.randomUUID()}`);
  const ada = await guest(browser, unique("Ada"), PHONE);
  await startChat(bob.page, ada.name);
  await send(bob.page, "Hi");
  await ada.page.goto(bob.page.url());
  const time = message(ada.page, "Hi").locator("time");
  await time.waitFor();
  const isOneLine = (one: Element) => one.clientHeight < 2 * parseFloat(getComputedStyle(one).fontSize);
  expect(await time.evaluate(isOneLine)).toBe(true);
  await closeAll(ada, bob);
});

it("what is in a script from right to left runs so, in a page that does not", async () => {
  const bob = await guest(browser, unique("דניאל"));
  const ada = await guest(browser, unique("Ada"));
  await startChat(ada.page, bob.name);
  await send(ada.page, "Hello!");
  await bob.page.goto(ada.page.url());
  await send(bob.page, "שלום!");
  await ada.page.getByLabel("Message", { exact: true }).fill("תודה");
  const { page } = ada;
  for (const one of [
    page.getByRole("heading", { name: bob.name }),
    page.getByLabel("Message", { exact: true }),
    message(page, "שלום!").getByText(bob.name),
    message(page, "שלום!").getByText("שלום!"),
    page.getByRole("link").getByText(bob.name),
    page.getByRole("link").getByText("שלום!"),
  ]) {
    expect(await one.evaluate((text) => getComputedStyle(text).direction)).toBe("rtl");
  }
  const hello = message(page, "Hello!").getByText("Hello!");
  expect(await hello.evaluate((text) => getComputedStyle(text).direction)).toBe("ltr");
  await closeAll(ada, bob);
});
