/** `<lilypad-chat>` on pages of another site, which get tokens from their own server. */
import { describe, expect, inject, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import { focused, launcher, openElement, panel } from "./element.ts";
import { pagesOf, codeBlocksOf } from "./doc-pages.ts";
import { composer, DESKTOP, messageRow, openMessageMenu, PHONE, send, waitUntilSent } from "./page.ts";
import { newGroup, person, type Person } from "./people.ts";

const browser = await sharedBrowser();

const say = (author: Person, threadId: string, body: string) =>
  author.call("POST", `/api/threads/${threadId}/messages`, { body });

async function group() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  return { ada, bob, threadId: await newGroup(ada, bob) };
}

const inline = (threadId: string, more = "") =>
  `<lilypad-chat thread="${threadId}" token-url="/chat-token" ${more}></lilypad-chat>`;
const LAUNCHER = `<lilypad-chat mode="launcher" token-url="/chat-token"></lilypad-chat>`;

/** The policy that the documentation shows, for the server under test. */
async function documentedPolicy(): Promise<string> {
  const blocks = (await pagesOf("docs/widget.md")).flatMap(codeBlocksOf);
  const policy = blocks.find(({ code }) => code.startsWith("Content-Security-Policy:"))?.code ?? "";
  return policy
    .replace("Content-Security-Policy:", "")
    .replaceAll("wss://chat.example.com", inject("url").replace("http", "ws"))
    .replaceAll("https://chat.example.com", inject("url"))
    .replaceAll(/\s+/g, " ")
    .trim();
}

describe("inline", () => {
  it("shows a thread live under the documented policy, and sends", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello from Bob");
    const policy = await documentedPolicy();
    expect(policy).toMatch(/^default-src 'none'; script-src http/);
    const { page, sockets, close } = await openElement(browser, inline(threadId), {
      user: ada,
      // No markup from strings, either.
      headers: {
        "content-security-policy": `${policy}; require-trusted-types-for 'script'; trusted-types 'none'`,
      },
    });
    await messageRow(page, "Hello from Bob").waitFor();
    await send(page, "Hello from a shop");
    await waitUntilSent(page, "Hello from a shop");
    await say(bob, threadId, "Live");
    await messageRow(page, "Live").waitFor();
    expect(sockets()).toEqual(["/api/presence/socket", `/api/threads/${threadId}/socket`]);
    // Nothing of it is in the page but the element, and it has not taken the page's focus.
    expect(await page.evaluate(() => document.querySelectorAll("style, [style]").length)).toBe(0);
    expect(await page.evaluate(() => document.querySelector("body > :not(lilypad-chat, script)"))).toBe(null);
    await close();
  });

  it("does not take the focus, and opens its menus and details within itself", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, close } = await openElement(browser, inline(threadId), {
      user: ada,
      before: "<input autofocus aria-label='Search the shop'>",
    });
    await messageRow(page, "Hello").waitFor();
    expect(await focused(page)).toBe("Search the shop");
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "React with 👍" }).click();
    await messageRow(page, "Hello").getByRole("button", { name: "👍 1" }).waitFor();
    expect(await focused(page)).toBe("Message actions");
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "Reply" }).click();
    await expect.poll(() => focused(page)).toBe("Message");
    await page.getByRole("button", { name: /: details$/ }).click();
    const details = page.getByRole("dialog", { name: "Details" });
    await details.getByText("2 members").waitFor();
    // With its styles, though it is loaded later than the views.
    const setting = details.locator("label", { hasText: "Slow mode" });
    await expect.poll(() => setting.evaluate((one) => getComputedStyle(one).display)).toBe("flex");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await close();
  });

  it("keeps what is typed in it from the page's shortcuts", async () => {
    const { ada, threadId } = await group();
    const { page, close } = await openElement(browser, inline(threadId), { user: ada });
    await page.evaluate(() => addEventListener("keydown", () => (document.title = "a shortcut")));
    await composer(page).fill("");
    await composer(page).press("s");
    expect(await composer(page).inputValue()).toBe("s");
    expect(await page.title()).toBe("A shop");
    await close();
  });

  it("reads nothing that is out of view", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Below the fold");
    const { page, lastEvent, close } = await openElement(browser, inline(threadId), {
      user: ada,
      before: "<div id=long></div>",
      prepare: async (opened) => {
        await opened.addInitScript(() => {
          addEventListener("DOMContentLoaded", () =>
            document.getElementById("long")?.style.setProperty("height", "3000px"),
          );
        });
      },
    });
    await messageRow(page, "Below the fold").waitFor({ state: "attached" });
    await expect.poll(lastEvent).toBe("unread 1");
    await say(bob, threadId, "Nor this");
    await expect.poll(lastEvent).toBe("unread 2");
    await page.locator("lilypad-chat").scrollIntoViewIfNeeded();
    await expect.poll(lastEvent).toBe("unread 0");
    await close();
  });

  it("without a thread shows the list beside the open thread where it is wide, else one of them", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, close } = await openElement(
      browser,
      `<lilypad-chat token-url="/chat-token"></lilypad-chat>`,
      { user: ada },
    );
    await page.getByRole("button", { name: /Hello/ }).click();
    await composer(page).waitFor();
    expect(await page.getByRole("heading", { name: "Chats" }).isVisible()).toBe(true);
    await page.setViewportSize({ width: 500, height: 800 });
    await expect.poll(() => page.getByRole("heading", { name: "Chats" }).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Back to chats" }).click();
    await page.getByRole("heading", { name: "Chats" }).waitFor();
    await close();
  });

  it("looks as the page sets it", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, close } = await openElement(browser, inline(threadId, `theme="dark"`), {
      user: ada,
      before: `<link rel=stylesheet href="data:text/css,lilypad-chat{--lilypad-accent:rgb(1,2,3);height:300px} p{color:red!important}">`,
      context: { ...DESKTOP, colorScheme: "light" },
    });
    await messageRow(page, "Hello").waitFor();
    const style = (selector: string, property: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((one, name) => getComputedStyle(one).getPropertyValue(name), property);
    expect(await style(".root", "background-color")).toBe("rgb(22, 26, 23)");
    expect(await style(".composer .button", "background-color")).toBe("rgb(1, 2, 3)");
    expect(await style(".message-body", "color")).toBe("rgb(232, 238, 233)");
    expect((await page.locator("lilypad-chat").boundingBox())?.height).toBe(300);
    const setTheme = (theme: string) =>
      page.locator("lilypad-chat").evaluate((one, value) => one.setAttribute("theme", value), theme);
    await setTheme("auto");
    expect(await style(".root", "background-color")).toBe("rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await style(".root", "background-color")).toBe("rgb(22, 26, 23)");
    await setTheme("light");
    expect(await style(".root", "background-color")).toBe("rgb(255, 255, 255)");
    await close();
  });
});

describe("as a launcher", () => {
  it("counts what is unread, opens by keyboard, and returns the focus with Escape", async () => {
    const { ada, bob, threadId } = await group();
    const { page, events, sockets, close } = await openElement(browser, LAUNCHER, {
      user: ada,
      before: "<a href='/'>Home</a>",
    });
    await expect.poll(events).toEqual(["unread 0"]);
    await say(bob, threadId, "Hello");
    await expect.poll(events).toEqual(["unread 0", "unread 1"]);
    expect(await launcher(page).getAttribute("aria-label")).toBe("Open chat, 1 unread");
    expect(await launcher(page).innerText()).toBe("1");
    await expect.poll(() => page.getByRole("status").allTextContents()).toContain("Chat: 1 unread");
    // A page on which nobody opens it has one socket.
    expect(sockets()).toEqual(["/api/presence/socket"]);

    await page.getByRole("link", { name: "Home" }).focus();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Open chat, 1 unread");
    await page.keyboard.press("Enter");
    await panel(page).waitFor();
    expect(await launcher(page).getAttribute("aria-expanded")).toBe("true");
    expect(await focused(page)).toBe("Chat");
    await panel(page).getByRole("button", { name: /Hello/ }).press("Enter");
    await expect.poll(() => focused(page)).toBe("Message");
    await expect.poll(events).toEqual(["unread 0", "unread 1", "unread 0"]);
    // Of a dialog in it, Escape closes that alone.
    await panel(page)
      .getByRole("button", { name: /: details$/ })
      .click();
    await page.getByRole("dialog", { name: "Details" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Details" }).waitFor({ state: "detached" });
    expect(await panel(page).isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await panel(page).waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("Open chat");
    await expect.poll(sockets).toEqual(["/api/presence/socket"]);
    await close();
  });

  it("opens its thread by open(), and closes by close()", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, lastEvent, close } = await openElement(browser, inline(threadId, `mode="launcher"`), {
      user: ada,
    });
    await expect.poll(lastEvent).toBe("unread 1");
    const call = (method: "open" | "close") =>
      page
        .locator("lilypad-chat")
        .evaluate((one, name) => (one as unknown as Record<string, () => void>)[name]?.(), method);
    await call("open");
    await messageRow(page, "Hello").waitFor();
    expect(await page.getByRole("button", { name: "Back to chats" }).count()).toBe(0);
    await call("close");
    await panel(page).waitFor({ state: "hidden" });
    await close();
  });

  it("takes the whole screen of a phone, where nothing behind it can be reached", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, close } = await openElement(browser, inline(threadId, `mode="launcher"`), {
      user: ada,
      context: PHONE,
      before: "<a href='/'>Home</a>",
    });
    await launcher(page).tap();
    await messageRow(page, "Hello").waitFor();
    expect(await panel(page).boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
    expect(await panel(page).evaluate((one) => one.matches(":modal"))).toBe(true);
    await (await openMessageMenu(page, 1)).getByRole("button", { name: "Reply" }).tap();
    await panel(page).getByRole("button", { name: "Close chat" }).tap();
    await panel(page).waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("Open chat");
    await close();
  });
});

describe("several elements", () => {
  it("share one connection and one token, which end with the last of them", async () => {
    const { ada, bob, threadId } = await group();
    await say(bob, threadId, "Hello");
    const { page, site, sockets, close } = await openElement(browser, inline(threadId) + LAUNCHER, {
      user: ada,
    });
    await messageRow(page, "Hello").waitFor();
    const open = ["/api/presence/socket", `/api/threads/${threadId}/socket`];
    await expect.poll(sockets).toEqual(open);
    expect(site.asked()).toBe(1);
    await page.evaluate(() => document.querySelector("lilypad-chat:not([mode])")?.remove());
    await expect.poll(sockets).toEqual(["/api/presence/socket"]);
    await page.evaluate(() => document.querySelector("lilypad-chat")?.remove());
    await expect.poll(sockets).toEqual([]);
    await close();
  });

  it("may be moved in the page, and taken out and put back: what is written stays", async () => {
    const { ada, threadId } = await group();
    const { page, sockets, close } = await openElement(browser, inline(threadId) + "<main></main>", {
      user: ada,
    });
    await composer(page).fill("Half a sent");
    await page.evaluate(() =>
      document.querySelector("main")?.append(document.querySelector("lilypad-chat") ?? ""),
    );
    expect(await composer(page).inputValue()).toBe("Half a sent");
    const open = ["/api/presence/socket", `/api/threads/${threadId}/socket`];
    expect(sockets()).toEqual(open);
    await page.evaluate(() => {
      const element = document.querySelector("lilypad-chat");
      element?.remove();
      setTimeout(() => document.querySelector("main")?.append(element ?? ""), 50);
    });
    await expect.poll(() => composer(page).inputValue()).toBe("Half a sent");
    await expect.poll(sockets).toEqual(open);
    await close();
  });
});
