/** `<lilypad-chat>` where the sessions of its page's users end: it asks its site for a token again, and is whoever that says. */
import type { RequestListener } from "node:http";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { launcher, openElement, panel } from "./element.ts";
import { tokenAnswer } from "./host-site.ts";
import { composer, messageRow, send, waitUntilSent } from "./page.ts";
import { newGroup, person, revoke, tokenOf, type Person } from "./people.ts";

const browser = await sharedBrowser();

const problem = (page: Page) => page.locator(".shell-message").getByRole("alert");
const inline = (threadId: string) =>
  `<lilypad-chat thread="${threadId}" token-url="/chat-token"></lilypad-chat>`;
const nobody: RequestListener = (_request, response) => void response.writeHead(401).end();

/** Answers with a token that is made now. */
const freshToken =
  ({ id }: Person, name: string, seconds = 3600): RequestListener =>
  async (request, response) => {
    const token = await tokenOf(id, { name, iat: Math.floor(Date.now() / 1000) }, seconds);
    return tokenAnswer(token)(request, response);
  };

async function group() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  return { ada, bob, threadId: await newGroup(ada, bob) };
}

it("goes on with a fresh token where its own was revoked, even in the same second", async () => {
  const { ada, threadId } = await group();
  const { page, site, events, close } = await openElement(browser, inline(threadId), {
    user: ada,
    answer: freshToken(ada, "Ada"),
  });
  await composer(page).waitFor();
  const asked = site.asked();
  await revoke(ada);
  await expect.poll(() => site.asked()).toBeGreaterThan(asked);
  await send(page, "Still here");
  await waitUntilSent(page, "Still here");
  expect((await events()).filter((event) => event.startsWith("error"))).toEqual([]);
  await expect.poll(() => problem(page).count()).toBe(0);
  await close();
});

it("says that nobody is signed in once the site says so, and is whoever signs in then", async () => {
  const { ada, bob, threadId } = await group();
  const { page, site, events, close } = await openElement(browser, inline(threadId), {
    user: ada,
    answer: freshToken(ada, "Ada"),
  });
  await send(page, "Mine");
  await waitUntilSent(page, "Mine");
  await composer(page).fill("Half a secret");
  site.onToken(nobody);
  await revoke(ada);
  await expect.poll(() => problem(page).textContent()).toBe("Sign in to this site to chat.");
  expect((await events()).at(-1)).toBe("error unauthenticated");
  site.onToken(freshToken(bob, "Bob"));
  await page.getByRole("button", { name: "Try again" }).click();
  // What was the user's own is another's now, with its author's name.
  await messageRow(page, "Mine").locator(".avatar").waitFor();
  expect(await composer(page).inputValue()).toBe("");
  await send(page, "From Bob");
  await waitUntilSent(page, "From Bob");
  await expect.poll(() => problem(page).count()).toBe(0);
  await close();
});

it("shows nothing of a user any more whom another one follows without a reload", async () => {
  const { ada, threadId } = await group();
  const cy = await person("Cy");
  await ada.call("PATCH", `/api/threads/${threadId}`, { name: "The pond of Ada" });
  const { page, site, events, close } = await openElement(
    browser,
    `${inline(threadId)}<lilypad-chat mode="launcher" token-url="/chat-token"></lilypad-chat>`,
    { user: ada, answer: freshToken(ada, "Ada") },
  );
  await send(page, "Mine");
  await waitUntilSent(page, "Mine");
  site.onToken(freshToken(cy, "Cy"));
  await revoke(ada);
  await page.getByRole("heading", { name: "This chat is not here" }).waitFor();
  await expect.poll(() => messageRow(page, "Mine").count()).toBe(0);
  await launcher(page).click();
  await panel(page).getByText("No chats yet").waitFor();
  expect(await page.getByText("The pond of Ada").count()).toBe(0);
  expect(await events()).toContain("error not_found");
  await close();
});
