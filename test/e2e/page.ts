/** What users do on the page, and where its parts are found. */
import { isDeepStrictEqual } from "node:util";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect, inject } from "vitest";
import { newDirectThread, newGroup, newGuest, writeMessages, type Caller, type GuestUser } from "./people.ts";
import { releasePage, takePage, type OwnPage } from "./page-pool.ts";

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

/** A guest with a page. */
export interface Guest extends GuestUser, OwnPage {}

/** An empty page of a guest who is signed in there: what a test prepares takes effect at its first load. */
export async function openPage(browser: Browser, guest: GuestUser, options = DESKTOP): Promise<Guest> {
  const own = await takePage(browser, options);
  const [name = "", value = ""] = guest.cookie.split("=");
  const cookie = { name, value, url: inject("url"), httpOnly: true, sameSite: "Lax" as const };
  await own.context.addCookies([cookie]);
  return { ...guest, ...own };
}

/** A guest on the home page, signed in by a request: by the form they are in test/e2e/conversation.test.ts. */
export async function signInGuest(browser: Browser, name: string, options = DESKTOP): Promise<Guest> {
  const guest = await openPage(browser, await newGuest(name), options);
  await guest.page.goto(inject("url"));
  await guest.page.getByRole("button", { name: "Sign out" }).waitFor();
  return guest;
}

/** Signs in by the form. */
export async function signInByForm(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Opens a thread by its address, and waits until it has come: whoever stops the page's clock before would wait for ever. */
export async function openThread({ page }: Pick<Guest, "page">, threadId: string): Promise<void> {
  await page.goto(`${inject("url")}/chat/${threadId}`);
  await page.getByLabel("Messages", { exact: true }).waitFor();
}

/** Two guests with pages: Ada has opened a new direct chat with Bob, who is on the home page. */
export async function startDirectChat(browser: Browser): Promise<{ ada: Guest; bob: Guest }> {
  const bob = await signInGuest(browser, uniqueName("Bob"));
  const ada = await openPage(browser, await newGuest(uniqueName("Ada")));
  await openThread(ada, await newDirectThread(ada, bob));
  return { ada, bob };
}

interface ChatOptions {
  /** How many messages of Ada's are in it: "number 1 of many" and so on. */
  messages?: number;
  options?: BrowserContextOptions;
}

/** Ada in a new direct chat with Bob, who has no page open. */
export async function startChatAlone(
  browser: Browser,
  { messages = 0, options = DESKTOP }: ChatOptions = {},
): Promise<{ ada: Guest; bob: GuestUser; threadId: string }> {
  const [one, bob] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(one, bob);
  await addMessages(one, threadId, messages);
  const ada = await openPage(browser, one, options);
  await openThread(ada, threadId);
  return { ada, bob, threadId };
}

/** Ada in a new group of hers with Bob and Carol, who have no page open. */
export async function startGroupAlone(
  browser: Browser,
  options = DESKTOP,
): Promise<{ ada: Guest; bob: GuestUser; carol: GuestUser; threadId: string }> {
  const [one, bob, carol] = await newGuests("Ada", "Bob", "Carol");
  const threadId = await newGroup(one, bob, carol);
  const ada = await openPage(browser, one, options);
  await openThread(ada, threadId);
  return { ada, bob, carol, threadId };
}

/** Guests without a page, whose names begin with these. */
export const newGuests = <const Names extends readonly string[]>(...names: Names) =>
  Promise.all(names.map((name) => newGuest(uniqueName(name)))) as Promise<{
    [Index in keyof Names]: GuestUser;
  }>;

/** Closes the guests' pages, as far as nobody uses them again. Fails if a page had an uncaught error. */
export async function closeAll(...guests: Pick<Guest, "context" | "errors">[]): Promise<void> {
  for (const { context, errors } of guests) {
    expect(errors).toEqual([]);
    await releasePage(context);
  }
}

/** Closes a browser context. A handler of a route may be in the middle of a request, for which nobody waits any more. */
export async function closeContext(context: BrowserContext): Promise<void> {
  for (const routed of [context, ...context.pages()]) await routed.unrouteAll({ behavior: "ignoreErrors" });
  await context.close();
}

/** A name that no other test uses, so that a search finds this user alone. */
export const uniqueName = (name: string) => `${name} ${crypto.randomUUID().slice(0, 8)}`;

export const unreadBadge = (page: Page) => page.getByTestId("chat-badge");
export const chatLink = (page: Page) => page.getByRole("link", { name: /^Chat/ });
export const composer = (page: Page) => page.getByLabel("Message", { exact: true });
export const detailsDialog = (page: Page) => page.getByRole("dialog", { name: "Details" });

/** The rows of the messages that contain a text, also in their quotes. */
export const messageRow = (page: Page, text: string) => page.locator("[data-state]", { hasText: text });
export const messageRowBySeq = (page: Page, seq: number) => page.locator(`[data-seq="${seq}"]`);

/** Waits until the page shows that the server has stored the message. */
export async function waitUntilSent(page: Page, text: string): Promise<void> {
  await expect.poll(() => messageRow(page, text).getAttribute("data-state")).toBe("sent");
}

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/**
 * Types in the composer until that is shown to somebody. Who types is sent as it happens, and not again to whom it did not
 * reach.
 */
export async function typeUntil(page: Page, shown: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      await composer(page).pressSequentially("Hi ");
      return shown();
    })
    .toBe(true);
}

/** Starts a chat with these people by the dialog, in which it finds them by the beginning of their names. */
export async function startChat(page: Page, ...names: string[]): Promise<void> {
  await chatLink(page).click();
  await page.getByRole("button", { name: "New chat" }).click();
  for (const name of names) {
    await page.getByLabel("Find people").fill(name.slice(0, -2));
    await page.getByRole("dialog").getByText(name, { exact: true }).click();
  }
  await page.getByRole("button", { name: "Start chat" }).click();
  await composer(page).waitFor();
}

export async function openDetails(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Details" }).click();
  await detailsDialog(page).waitFor();
}

/** Opens the menu of a message, and returns it. */
export async function openMessageMenu(page: Page, seq: number): Promise<Locator> {
  const row = messageRowBySeq(page, seq);
  await row.hover();
  await row.getByRole("button", { name: "Message actions" }).click();
  return page.getByRole("dialog", { name: "Message actions" });
}

/** Resolves when the page has shown what its last event changed. By an animation, which a stopped clock lets go on. */
export const painted = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await document.body.animate([], 1).finished;
  });

/** What `read` returns once two frames have not changed it: the page measures what it has laid out, and moves it. */
export async function settled<T>(page: Page, read: () => Promise<T>): Promise<T> {
  for (let before = await read(); ;) {
    await painted(page);
    const now = await read();
    if (isDeepStrictEqual(now, before)) return now;
    before = now;
  }
}

/** Stops the page's timers: they go on only by `page.clock.fastForward`. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
}

/** Waits until an element has the focus. */
export async function expectFocus(element: Locator): Promise<void> {
  await expect.poll(() => element.evaluate((one) => one === document.activeElement)).toBe(true);
}

/** Calls the API as the page's user, about the thread that the page shows; `path` is relative to it. */
export function callThreadApi(page: Page, method: string, path: string, body?: object): Promise<number> {
  return page.evaluate(
    async ([verb, suffix, json]) => {
      const threadId = location.pathname.split("/").at(-1);
      const headers = { "content-type": "application/json" };
      const init = { method: verb, ...(json !== undefined && { headers, body: json }) };
      return (await fetch(`/api/threads/${threadId}${suffix}`, init)).status;
    },
    [method, path, body && JSON.stringify(body)] as const,
  );
}

/** Adds `count` messages of a user's to a thread: "number 1 of many" and so on. */
export async function addMessages(author: Caller, threadId: string, count: number): Promise<void> {
  const bodies = Array.from({ length: count }, (_, index) => `number ${index + 1} of many`);
  await writeMessages(author, threadId, bodies);
}

/** Scrolls the message list to its top, where it loads older messages. */
export async function scrollToTop(page: Page): Promise<void> {
  await page.getByRole("log").evaluate((list) => {
    list.scrollTop = 0;
  });
}

/** Cuts a page off from its threads' sockets, while its HTTP requests and its presence socket go on. */
export interface ThreadConnections {
  /** Closes the open sockets, and makes new ones fail, over reloads too. */
  cut: () => Promise<void>;
  /** Lets new sockets connect again, from the page's next attempt on. */
  allow: () => Promise<void>;
  /** The same, and the browser says that it is online again: the page makes an attempt at once. */
  restore: () => Promise<void>;
  /** Waits until the presence socket of the loaded page has received something: the page knows who its user is. */
  welcomed: () => Promise<void>;
}

/**
 * Takes effect from the page's next load on. It replaces `WebSocket` in the page, because Playwright's WebSocket routes
 * hang when a page is reloaded while one of its sockets closes.
 */
export async function controlThreadConnections(page: Page): Promise<ThreadConnections> {
  await page.addInitScript(() => {
    const open = new Set<WebSocket>();
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        const isThread = /threads\/.*\/socket/.test(String(url));
        // The server refuses an upgrade at any other path, which the page sees as a failed connection.
        super(isThread && sessionStorage.getItem("cut") ? new URL("/no-socket", url) : url, protocols);
        if (isThread) open.add(this);
        const isPresence = String(url).includes("/api/presence/");
        this.addEventListener("message", () => {
          if (isPresence) document.documentElement.dataset["presence"] = "connected";
        });
      }
    };
    addEventListener("cut", () => {
      sessionStorage.setItem("cut", "yes");
      for (const socket of open) socket.close();
    });
  });
  return {
    welcomed: () => page.locator("html[data-presence=connected]").waitFor(),
    cut: () => page.evaluate(() => void dispatchEvent(new Event("cut"))),
    allow: () => page.evaluate(() => sessionStorage.removeItem("cut")),
    restore: () =>
      page.evaluate(() => {
        sessionStorage.removeItem("cut");
        dispatchEvent(new Event("online"));
      }),
  };
}

/**
 * Makes the page's sockets receive a `closing` event with a code, as the server sends it. Takes effect by a reload.
 * Returns the function that does so.
 */
export async function simulateServerClose(page: Page): Promise<(code: number) => Promise<void>> {
  await page.addInitScript(() => {
    const open = new Set<WebSocket>();
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        open.add(this);
        const isPresence = String(url).includes("/api/presence/");
        this.addEventListener("message", () => {
          if (isPresence) document.documentElement.dataset["presence"] = "connected";
        });
      }
    };
    addEventListener("close-sockets", (event) => {
      const data = JSON.stringify([
        { type: "closing", code: (event as CustomEvent<number>).detail, reason: "" },
      ]);
      for (const socket of open) socket.dispatchEvent(new MessageEvent("message", { data }));
      open.clear();
    });
  });
  await page.reload();
  await composer(page).waitFor();
  // Connected from here on, so that what a test then sees of a lost connection is its own doing.
  await page.locator("html[data-presence=connected]").waitFor();
  return (code) =>
    page.evaluate((detail) => void dispatchEvent(new CustomEvent("close-sockets", { detail })), code);
}

/** How many unsent messages and changes the browser's IndexedDB holds, of all users: those that outlast a reload. */
export const storedUnsent = (page: Page) =>
  page.evaluate(async () => {
    const settledRequest = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, fail) => {
        request.addEventListener("success", () => done(request.result));
        request.addEventListener("error", () => fail(request.error ?? new Error("failed")));
      });
    let stored = 0;
    for (const { name = "" } of await indexedDB.databases()) {
      if (!name.startsWith("lilypad ")) continue;
      const database = await settledRequest(indexedDB.open(name));
      try {
        stored += await settledRequest(database.transaction("messages").objectStore("messages").count());
      } finally {
        database.close();
      }
    }
    return stored;
  });

/** The first `times` attempts to send a message that contains `text` get an error. Takes effect from the next load on. */
export async function refuseMessage(page: Page, text: string, times: number): Promise<void> {
  let refused = 0;
  await page.routeWebSocket(/\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const command = String(frame);
      const id = /"id":"([^"]+)"/.exec(command)?.[1];
      if (id === undefined || !command.includes(text) || refused === times) return server.send(frame);
      refused += 1;
      socket.send(JSON.stringify([{ type: "error", code: "internal", message: "Out of order.", id }]));
    });
  });
}
