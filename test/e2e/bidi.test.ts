/** Texts that users wrote, as they are drawn: in any direction, and with characters that reorder text. */
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { drawnText } from "./drawn-text.ts";
import {
  chatLink,
  closeAll,
  messageRowBySeq,
  newGuests,
  openMessageMenu,
  openPage,
  openThread,
  send,
  startChatAlone,
  startDirectChat,
  stopClock,
  typeUntil,
} from "./page.ts";
import { newGroup, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

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

  it("stays as its author wrote it when it is edited, and turns neither what the page adds nor a link", async () => {
    const { ada } = await startChatAlone(browser);
    const { page } = ada;
    await send(page, `photo${RLO}gnp.exe`);
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "Edit" }).click();
    expect(await page.getByLabel("Edit message").inputValue()).toBe(`photo${RLO}gnp.exe`);
    await page.getByLabel("Edit message").fill(`b${RLO}https://a.example/moc.lapyap//:sptth`);
    await page.keyboard.press("Enter");
    const row = messageRowBySeq(page, 1);
    await row.getByText("(edited)").waitFor();

    await expect
      .poll(() => drawnText(row.locator(".message-body")))
      .toBe("bhttps://a.example/moc.lapyap//:sptth (edited)");
    expect(await row.getByRole("link").getAttribute("href")).toBe("https://a.example/moc.lapyap//:sptth");
    await closeAll(ada);
  });
});

it("a link reads as the address where it leads", async () => {
  const links = [
    ["שלום https://a.example/x/", "https://a.example/x/", "https://a.example/x/"],
    ["https://раураl.com", "https://xn--l-7sba6dbr.com", "https://xn--l-7sba6dbr.com/"],
    [
      "https://paypal.com@evil.example",
      "https://evil.example (user name: paypal.com)",
      "https://paypal.com@evil.example/",
    ],
    ["看www.example.com，很好", "www.example.com", "https://www.example.com/"],
  ] as const;
  const { ada, bob, threadId } = await startChatAlone(browser);
  await writeMessages(
    bob,
    threadId,
    links.map(([text]) => text),
  );
  for (const [index, [text, drawn, href]] of links.entries()) {
    const link = messageRowBySeq(ada.page, index + 1).getByRole("link");
    await link.waitFor();
    expect(await drawnText(link), text).toBe(drawn);
    expect(await link.getAttribute("href"), text).toBe(href);
  }
  await closeAll(ada);
});

it("names of both directions do not mix in lists of who is here and who is typing", async () => {
  // Their digits would be drawn on the other side of a Hebrew name that they belong to.
  const users = await newGuests("שרה", "דן", "Ada");
  const [sara, dan, ada] = [
    await openPage(browser, users[0]),
    await openPage(browser, users[1]),
    await openPage(browser, users[2]),
  ];
  const names = [sara.name, dan.name];
  const threadId = await newGroup(ada, sara, dan);
  for (const guest of [ada, sara, dan]) await openThread(guest, threadId);
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
  const typing = ada.page.getByTestId("typing");
  await typeUntil(sara.page, async () => (await typing.textContent()) !== "");
  await expect.poll(() => drawnText(typing)).toBe(`${first} is typing…`);
  await chatLink(ada.page).click();
  await closeAll(ada, sara, dan);
});
