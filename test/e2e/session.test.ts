/** The session as the page shows it: over tabs, reloads, and times when the server cannot be reached. */
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  chatLink,
  closeAll,
  controlThreadConnections,
  messageRow,
  newGuests,
  openPage,
  openThread,
  PHONE,
  send,
  signInGuest,
  simulateServerClose,
  startChatAlone,
  storedUnsent,
  uniqueName,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread } from "./people.ts";

const browser = await sharedBrowser();

/** As another page of the browser would that does not notify this one. */
const signInByApi = (page: Page, name: string) =>
  page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    await fetch("/api/session", { method: "POST", headers, body });
  }, JSON.stringify({ name }));

describe("the page", () => {
  it("stays signed out after a sign-out and a reload", async () => {
    const ada = await signInGuest(browser, uniqueName("Ada"), PHONE);
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    await ada.page.getByLabel("Your name").waitFor();
    await ada.page.reload();
    await ada.page.getByLabel("Your name").waitFor();
    expect(await ada.page.evaluate(async () => (await fetch("/api/session")).status)).toBe(401);
    await closeAll(ada);
  });

  it("follows a sign-out and a sign-in in another tab", async () => {
    const { ada, bob } = await startChatAlone(browser);
    const otherTab = await ada.context.newPage();
    await otherTab.goto(inject("url"));
    await otherTab.getByRole("button", { name: "Sign out" }).click();
    await ada.page.getByLabel("Your name").waitFor();
    await ada.page.getByLabel("Your name").fill(bob.name);
    await ada.page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => otherTab.locator(".nav-name").textContent()).toBe(bob.name);
    await closeAll(ada);
  });

  it("is not signed out by an answer from before the sign-in", async () => {
    const ada = await signInGuest(browser, uniqueName("Ada"));
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    await ada.page.getByLabel("Your name").waitFor();
    const asked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    await ada.page.route("**/api/session", async (route) => {
      if (route.request().method() !== "GET") return route.continue();
      const response = await route.fetch();
      asked.resolve();
      await mayAnswer.promise;
      await route.fulfill({ response });
    });
    const answered = ada.page.waitForResponse(
      (response) => response.url().endsWith("/api/session") && response.status() === 401,
    );
    // As a tab that signed somebody out.
    const otherTab = await ada.context.newPage();
    await otherTab.goto(inject("url"));
    await otherTab.evaluate(`new BroadcastChannel("lilypad session").postMessage(null)`);
    await asked.promise;
    await ada.page.getByLabel("Your name").fill(ada.name);
    await ada.page.getByRole("button", { name: "Sign in" }).click();
    await ada.page.getByRole("button", { name: "Sign out" }).waitFor();
    mayAnswer.resolve();
    await (await answered).finished();
    await chatLink(ada.page).click();
    await ada.page.getByRole("heading", { name: "Chats" }).waitFor();
    expect(await ada.page.getByLabel("Your name").count()).toBe(0);
    await closeAll(ada);
  });

  it("switches to the user whom another page of the browser signed in, once it reconnects", async () => {
    const { ada, bob } = await startChatAlone(browser);
    const closeSockets = await simulateServerClose(ada.page);
    await signInByApi(ada.page, bob.name);
    await closeSockets(1001);
    await expect.poll(() => ada.page.locator(".nav-name").textContent()).toContain(bob.name);
    // In the chat that was open before, too.
    await send(ada.page, "from Bob");
    await waitUntilSent(ada.page, "from Bob");
    await closeAll(ada);
  });

  it("sends what was written for the user who wrote it alone", async () => {
    const users = await newGuests("Ada", "Bob");
    const [ada, bob] = [await openPage(browser, users[0]), await openPage(browser, users[1])];
    const connections = await controlThreadConnections(ada.page);
    await openThread(ada, await newDirectThread(ada, bob));
    await connections.cut();
    await ada.page.reload();
    // What is written before that is stored for nobody.
    await connections.welcomed();
    await send(ada.page, "from Ada");
    await messageRow(ada.page, "from Ada").waitFor();
    await signInByApi(ada.page, bob.name);
    await expect.poll(() => storedUnsent(ada.page)).toBe(1);
    await connections.restore();
    await expect.poll(() => ada.page.locator(".nav-name").textContent()).toContain(bob.name);
    await send(ada.page, "from Bob");
    await waitUntilSent(ada.page, "from Bob");
    await expect.poll(() => messageRow(ada.page, "from Ada").count()).toBe(0);

    await signInByApi(ada.page, ada.name);
    await ada.page.reload();
    await waitUntilSent(ada.page, "from Ada");
    await bob.page.goto(ada.page.url());
    await messageRow(bob.page, "from Ada").waitFor();
    await expect
      .poll(() => bob.page.locator(".message-own").allTextContents())
      .toEqual([expect.stringContaining("from Bob")]);
    await closeAll(ada, bob);
  });

  it("checks a session that a socket reported as ended again until the server answers", async () => {
    const { ada } = await startChatAlone(browser);
    const closeSockets = await simulateServerClose(ada.page);
    const checked = Promise.withResolvers<void>();
    await ada.page.route("**/api/session", async (route) => {
      await route.abort();
      checked.resolve();
    });
    await closeSockets(4001);
    await checked.promise;
    await ada.page.unroute("**/api/session");
    await send(ada.page, "still here");
    await waitUntilSent(ada.page, "still here");
    await expect.poll(() => ada.page.getByText("Your session has ended.").count()).toBe(0);
    await closeAll(ada);
  });

  it("shows that a sign-out failed until it is connected again", async () => {
    const { ada } = await startChatAlone(browser);
    const closeSockets = await simulateServerClose(ada.page);
    await ada.page.route("**/api/session", (route) => route.abort());
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    const error = ada.page.getByText("You are still signed in");
    await error.waitFor();
    await closeSockets(1001);
    await expect.poll(() => error.count()).toBe(0);
    await closeAll(ada);
  });

  it("says that it is loading while the server takes long to answer", async () => {
    const ada = await signInGuest(browser, uniqueName("Ada"));
    const mayAnswer = Promise.withResolvers<void>();
    await ada.page.route("**/api/session", async (route) => {
      await mayAnswer.promise;
      await route.continue();
    });
    await ada.page.reload();
    await ada.page.getByText("Loading…").waitFor();
    mayAnswer.resolve();
    await expect.poll(() => ada.page.getByText(`Hello, ${ada.name}`).count()).toBe(1);
    await closeAll(ada);
  });
});
