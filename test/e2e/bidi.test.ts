/** Texts that users wrote, as they are drawn: in any direction, and with characters that reorder text. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { drawnText } from "./drawn-text.ts";
import {
  chatLink,
  closeAll,
  composer,
  messageRowBySeq,
  openMessageMenu,
  send,
  signInGuest,
  startChat,
  startDirectChat,
  stopClock,
  uniqueName,
} from "./page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Right-to-left override: what follows is drawn from right to left. */
const RLO = "\u202e";

describe("a text with a right-to-left override", () => {
  it("reads as it is in the message, its quotes, the preview and the composer's reply", async () => {
    const { ada, bob } = await startDirectChat(browser);
    await send(ada.page, `photo${RLO}gnp.exe`);
    await bob.page.goto(ada.page.url());
    await (await openMessageMenu(bob.page, 1)).getByRole("button", { name: "Reply" }).click();

    for (const shown of [
      messageRowBySeq(bob.page, 1).locator(".message-body"),
      bob.page.locator(".thread-row-preview"),
      bob.page.locator("#composer-reply .note"),
    ]) {
      await expect.poll(() => drawnText(shown)).toContain("photognp.exe");
    }
    await send(bob.page, "What is it?");
    const quote = messageRowBySeq(ada.page, 2).getByRole("button", { name: /^In reply to/ });
    await quote.waitFor();
    await expect.poll(() => drawnText(quote)).toContain("photognp.exe");
    await closeAll(ada, bob);
  });

  it("does not turn what the page adds, nor make a link read as another site", async () => {
    const { ada, bob } = await startDirectChat(browser);
    const { page } = ada;
    await send(page, `a${RLO}https://a.example/moc.lapyap//:sptth`);
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Edit message").fill(`b${RLO}https://a.example/moc.lapyap//:sptth`);
    await page.keyboard.press("Enter");
    const row = messageRowBySeq(page, 1);
    await row.getByText("(edited)").waitFor();

    await expect
      .poll(() => drawnText(row.locator(".message-body")))
      .toBe("bhttps://a.example/moc.lapyap//:sptth (edited)");
    expect(await row.getByRole("link").getAttribute("href")).toBe("https://a.example/moc.lapyap//:sptth");
    await closeAll(ada, bob);
  });

  it("stays as its author wrote it when it is edited", async () => {
    const { ada, bob } = await startDirectChat(browser);
    await send(ada.page, `photo${RLO}gnp.exe`);
    await (await openMessageMenu(ada.page, 1)).getByRole("button", { name: "Edit" }).click();
    expect(await ada.page.getByLabel("Edit message").inputValue()).toBe(`photo${RLO}gnp.exe`);
    await closeAll(ada, bob);
  });
});

describe("a link", () => {
  it.each([
    ["שלום https://a.example/x/", "https://a.example/x/", "https://a.example/x/"],
    ["https://раураl.com", "https://xn--l-7sba6dbr.com", "https://xn--l-7sba6dbr.com/"],
    [
      "https://paypal.com@evil.example",
      "https://evil.example (user name: paypal.com)",
      "https://paypal.com@evil.example/",
    ],
    ["看www.example.com，很好", "www.example.com", "https://www.example.com/"],
  ])("in %j reads %j, where it leads", async (text, drawn, href) => {
    const { ada, bob } = await startDirectChat(browser);
    await send(ada.page, text);
    const link = messageRowBySeq(ada.page, 1).getByRole("link");
    await link.waitFor();
    expect(await drawnText(link)).toBe(drawn);
    expect(await link.getAttribute("href")).toBe(href);
    await closeAll(ada, bob);
  });
});

it("names of both directions do not mix in lists of who is here and who is typing", async () => {
  // Their digits would be drawn on the other side of a Hebrew name that they belong to.
  const names = [uniqueName("שרה"), uniqueName("דן")];
  const [sara, dan] = await Promise.all(names.map((name) => signInGuest(browser, name)));
  const ada = await signInGuest(browser, uniqueName("Ada"));
  if (!sara || !dan) throw new Error("expected two guests");
  await startChat(ada.page, sara.name, dan.name);
  for (const { page } of [sara, dan]) {
    await page.goto(ada.page.url());
    await composer(page).waitFor();
  }
  const mirrored = (name: string) => {
    const [hebrew = "", latin = ""] = name.split(" ");
    return `${latin} ${[...hebrew].toReversed().join("")}`;
  };
  const here = ada.page.getByTestId("here");
  await expect.poll(() => drawnText(here)).toContain(" are here · 3 members");
  const [first, second] = names.map(mirrored);
  await expect
    .poll(() => drawnText(here))
    .toMatch(new RegExp(`^(${first} and ${second}|${second} and ${first}) are here`, "u"));

  // Who types is shown for some seconds only, which do not pass.
  await stopClock(ada.page);
  await composer(sara.page).pressSequentially("Hi");
  const typing = ada.page.getByTestId("typing");
  await expect.poll(() => drawnText(typing)).toBe(`${first} is typing…`);
  await chatLink(ada.page).click();
  await closeAll(ada, sara, dan);
});
