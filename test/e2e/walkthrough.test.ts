/** The page as two people use it: two browsers of their own, against the started server. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import {
  badge,
  chatLink,
  closeAll,
  cuttableRooms,
  DESKTOP,
  guest,
  message,
  PHONE,
  send,
  startChat,
  unique,
} from "./page.ts";
import { newGroup, person } from "./people.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe.each([
  ["on phones", PHONE],
  ["on desktops", DESKTOP],
])("two people %s", (_name, options) => {
  it("chat live; the one who looks elsewhere sees the badge; both reload and nothing is gone", async () => {
    const [ada, bob] = [unique("Ada"), unique("Bob")];
    const b = await guest(browser, bob, options);
    const a = await guest(browser, ada, options);
    await startChat(a.page, bob);
    await send(a.page, "Hello Bob!");
    await expect.poll(() => message(a.page, "Hello Bob!").getAttribute("data-state")).toBe("sent");

    // Bob is on another page: the navigation counts it, live.
    await expect.poll(() => badge(b.page).textContent()).toBe("1");
    await chatLink(b.page).click();
    await b.page.getByText("Hello Bob!").first().waitFor();
    await b.page.getByRole("link", { name: new RegExp(ada) }).click();
    await message(b.page, "Hello Bob!").waitFor();
    await expect.poll(() => badge(b.page).count()).toBe(0);
    await expect.poll(() => a.page.getByTestId("here").textContent()).toContain(`${bob} is here`);

    await b.page.getByLabel("Message", { exact: true }).pressSequentially("Hi");
    await a.page.getByTestId("typing").getByText(bob).waitFor();
    await send(b.page, "Hi Ada 🐸");
    await message(a.page, "Hi Ada 🐸").waitFor();

    await Promise.all([a.page.reload(), b.page.reload()]);
    for (const page of [a.page, b.page]) {
      await message(page, "Hello Bob!").waitFor();
      await message(page, "Hi Ada 🐸").waitFor();
    }
    await closeAll(a, b);
  });
});

/** Run in a page: how many unsent messages its browser keeps. */
const KEPT = `(async () => {
  const found = (await indexedDB.databases()).find(({ name }) => name.startsWith("lilypad "));
  if (!found) return 0;
  const settled = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = await settled(indexedDB.open(found.name));
  try {
    return await settled(database.transaction("messages").objectStore("messages").count());
  } finally {
    database.close();
  }
})()`;

describe("one person", () => {
  /** A chat of two with one message, whose first member's room can be cut. */
  async function cuttableChat() {
    const bob = await guest(browser, unique("Bob"), DESKTOP);
    const ada = await guest(browser, unique("Ada"), DESKTOP);
    const cut = await cuttableRooms(ada.page);
    await ada.page.reload();
    await startChat(ada.page, bob.name);
    await send(ada.page, "first");
    await expect.poll(() => message(ada.page, "first").getAttribute("data-state")).toBe("sent");
    return { ada, bob, cut };
  }

  it("starts a group by finding several people", async () => {
    const names = [unique("Bob"), unique("Carol")];
    const others = await Promise.all(names.map((name) => guest(browser, name, DESKTOP)));
    const ada = await guest(browser, unique("Ada"), DESKTOP);
    await startChat(ada.page, ...names);
    await send(ada.page, "Welcome, both");
    for (const other of others) {
      await expect.poll(() => badge(other.page).textContent()).toBe("1");
    }
    await closeAll(ada, ...others);
  });

  it("sees a send wait while the network is away, and go through when it is back", async () => {
    const bob = await guest(browser, unique("Bob"), DESKTOP);
    const ada = await guest(browser, unique("Ada"), DESKTOP);
    await startChat(ada.page, bob.name);
    await send(ada.page, "first");
    await expect.poll(() => message(ada.page, "first").getAttribute("data-state")).toBe("sent");
    await ada.context.setOffline(true);
    await send(ada.page, "into the dark");
    expect(await message(ada.page, "into the dark").getAttribute("data-state")).toBe("pending");
    await ada.context.setOffline(false);
    await expect
      .poll(() => message(ada.page, "into the dark").getAttribute("data-state"), { timeout: 30_000 })
      .toBe("sent");
    expect(await message(ada.page, "into the dark").count()).toBe(1);
    await closeAll(ada, bob);
  });

  it("finds what could not be sent after a reload, and it goes through once, in order", async () => {
    const { ada, bob, cut } = await cuttableChat();
    await cut.all();
    await send(ada.page, "second, unsent");
    await send(ada.page, "third, unsent");
    await ada.page.reload();
    await ada.page.getByLabel("Message", { exact: true }).waitFor();
    await cut.end();
    for (const text of ["second, unsent", "third, unsent"]) {
      await expect.poll(() => message(ada.page, text).getAttribute("data-state")).toBe("sent");
    }
    await chatLink(bob.page).click();
    await bob.page.getByText(ada.name).first().click();
    await expect
      .poll(() => bob.page.locator("li[data-state] .message-body").allTextContents())
      .toEqual(["first", "second, unsent", "third, unsent"]);
    await closeAll(ada, bob);
  });

  it("finds what could not be sent after the browser cleared what it keeps, and a reload", async () => {
    const { ada, bob, cut } = await cuttableChat();
    const devTools = await ada.context.newCDPSession(ada.page);
    await devTools.send("Storage.clearDataForOrigin", {
      origin: new URL(ada.page.url()).origin,
      storageTypes: "indexeddb",
    });
    await cut.all();
    await send(ada.page, "second, unsent");
    // The storage is made anew for it, which takes a moment that a page reloaded at once does not have.
    await expect.poll(() => ada.page.evaluate(KEPT)).toBe(1);
    await ada.page.reload();
    await ada.page.getByLabel("Message", { exact: true }).waitFor();
    await cut.end();
    await expect.poll(() => message(ada.page, "second, unsent").getAttribute("data-state")).toBe("sent");
    await closeAll(ada, bob);
  });

  it("can retry a send that was refused", async () => {
    const bob = await guest(browser, unique("Bob"), DESKTOP);
    const ada = await guest(browser, unique("Ada"), DESKTOP);
    // The first answer to this chat is an error, as from a server in trouble.
    let refuse = true;
    await ada.page.routeWebSocket(/\/socket/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        const text = String(frame);
        const id = /"id":"([^"]+)"/.exec(text)?.[1];
        if (refuse && text.includes("please") && id !== undefined) {
          refuse = false;
          socket.send(JSON.stringify([{ type: "error", code: "internal", message: "Out of order.", id }]));
        } else server.send(frame);
      });
    });
    await ada.page.reload();
    await startChat(ada.page, bob.name);
    await send(ada.page, "please");
    await expect.poll(() => message(ada.page, "please").getAttribute("data-state")).toBe("failed");
    await ada.page.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => message(ada.page, "please").getAttribute("data-state")).toBe("sent");
    await closeAll(ada, bob);
  });

  it("scrolls up through a long history, and stays where they were", async () => {
    const ada = await guest(browser, unique("Ada"), DESKTOP);
    const session = (await ada.page.evaluate(async () => (await fetch("/api/session")).json())) as {
      user: { id: string };
    };
    const owner = await person("Owner");
    const id = await newGroup(owner, { id: session.user.id });
    for (let n = 1; n <= 80; n++) {
      await owner.call("POST", `/api/threads/${id}/messages`, { body: `number ${n}.\nSecond line.` });
    }
    await ada.page.goto(`${inject("url")}/chat/${id}`);
    await message(ada.page, "number 80.").waitFor();
    expect(await message(ada.page, "number 1.").count()).toBe(0);
    // What is read stays where it is on the screen while older messages come in above it.
    const oldestShown = message(ada.page, "number 31.");
    await oldestShown.scrollIntoViewIfNeeded();
    const before = await oldestShown.boundingBox();
    await message(ada.page, "number 30.").waitFor({ state: "attached" });
    const after = await oldestShown.boundingBox();
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(60);
    await message(ada.page, "number 1.").scrollIntoViewIfNeeded();
    await message(ada.page, "number 1.").waitFor();
    await closeAll(ada);
  });

  it("signs out, and stays out", async () => {
    const ada = await guest(browser, unique("Ada"), PHONE);
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    await ada.page.getByLabel("Your name").waitFor();
    await ada.page.reload();
    await ada.page.getByLabel("Your name").waitFor();
    expect(await ada.page.evaluate(async () => (await fetch("/api/session")).status)).toBe(401);
    await closeAll(ada);
  });
});
