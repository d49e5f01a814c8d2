/** What `<lilypad-chat>` says where it does not work: in words in the element, and to the page by an `error` event. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { openElement } from "./element.ts";
import { startHostSite, tokenAnswer } from "./host-site.ts";
import { composer, DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { newGroup, person, tokenOf } from "./people.ts";

const browser = await sharedBrowser();

const problem = (page: Page) => page.locator(".shell-message").getByRole("alert");
const element = (thread: string, tokenUrl = "/chat-token") =>
  `<lilypad-chat thread="${thread}" token-url="${tokenUrl}"></lilypad-chat>`;

const answer =
  (status: number, headers: Record<string, string> = {}, body = "") =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);

it.each([
  ["nobody is signed in", answer(401), "unauthenticated", /^Sign in to this site/],
  ["the address redirects", answer(302, { location: "/sign-in" }), "misconfigured", /redirects instead/],
  [
    "a page comes",
    answer(200, { "content-type": "text/html" }, "<h1>Sign in</h1>"),
    "misconfigured",
    /answers with a page/,
  ],
  [
    "other JSON comes",
    answer(200, { "content-type": "application/json" }, "{}"),
    "misconfigured",
    /JSON without a token/,
  ],
  ["there is no such address", answer(404), "misconfigured", /answers 404/],
  ["the site's server fails", answer(500), "unavailable", /cannot sign you in/],
  [
    "the site cannot be reached",
    (request: IncomingMessage) => void request.socket.destroy(),
    "offline",
    /cannot be reached/,
  ],
] as const)("where %s says so, and works once that is mended", async (_case, failing, code, text) => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const { page, site, events, close } = await openElement(browser, element(threadId), {
    user: ada,
    answer: failing,
  });
  await expect.poll(() => problem(page).textContent()).toMatch(text);
  expect(await events()).toEqual([`error ${code}`]);
  site.onToken(tokenAnswer(ada.token));
  // Where it has tried again by itself, the button is gone, and not to be waited for.
  await page
    .getByRole("button", { name: "Try again" })
    .evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
  await composer(page).waitFor();
  await expect.poll(() => problem(page).count()).toBe(0);
  await close();
});

it("takes a token as plain text, and from a function of the page", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const { page, site, close } = await openElement(browser, element(threadId), {
    user: ada,
    answer: answer(200, { "content-type": "text/plain" }, `${ada.token}\n`),
  });
  await composer(page).waitFor();
  const asked = site.asked();
  await page
    .locator("lilypad-chat")
    .evaluate((one, token) => Object.assign(one, { getToken: () => token }), ada.token);
  await composer(page).waitFor();
  expect(site.asked()).toBe(asked);
  await close();
});

it("asks its site again shortly before a token ends, and not sooner", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const { page, site, close } = await openElement(browser, element(threadId), {
    user: ada,
    answer: async (request, response) =>
      tokenAnswer(await tokenOf(ada.id, { name: "Ada" }, 600))(request, response),
    prepare: (opened) => opened.clock.install(),
  });
  await composer(page).waitFor();
  await page.clock.fastForward(530_000);
  await composer(page).waitFor();
  expect(site.asked()).toBe(1);
  await page.clock.fastForward(45_000);
  await expect.poll(() => site.asked()).toBe(2);
  await close();
});

it("says that its token-url is missing, or of another site", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const without = `<lilypad-chat thread="${threadId}"></lilypad-chat>`;
  const { page, events, close } = await openElement(browser, without, { user: ada });
  await expect.poll(() => problem(page).textContent()).toMatch(/has no token-url/);
  expect(await events()).toEqual(["error misconfigured"]);
  const set = (url: string) =>
    page.locator("lilypad-chat").evaluate((one, value) => one.setAttribute("token-url", value), url);
  await set("https://other.example/chat-token");
  await expect.poll(() => problem(page).textContent()).toMatch(/not an address of this page's own site/);
  await set("/chat-token");
  await composer(page).waitFor();
  await close();
});

it("says that the chat does not accept the site's tokens", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const { page, events, close } = await openElement(browser, element(threadId), {
    user: ada,
    answer: tokenAnswer(`${ada.token.slice(0, -8)}AAAAAAAA`),
  });
  await expect.poll(() => problem(page).textContent()).toMatch(/did not accept/);
  expect(await events()).toEqual(["error unauthenticated"]);
  await close();
});

it("says that its page's origin is not allowed, on the page and in the console", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  // A sandboxed page has the origin `null`, which no setting allows.
  const site = await startHostSite(
    `<!doctype html><title>A shop</title><script type="module" src="${inject("url")}/widget.js"></script>
    <script>addEventListener("error", ({ target, detail }) => target.localName && (document.title = detail.code), true)</script>
    <lilypad-chat thread="${threadId}"></lilypad-chat>
    <script>document.querySelector("lilypad-chat").getToken = () => ${JSON.stringify(ada.token)};</script>`,
    answer(404),
    { "content-security-policy": "sandbox allow-scripts" },
  );
  const { context, page } = await takePage(browser, DESKTOP);
  const logged: string[] = [];
  page.on("console", (line) => logged.push(line.text()));
  await page.goto(site.url);
  await expect
    .poll(() => problem(page).textContent())
    .toMatch(/^This page's origin, .*, is not allowed at .*ALLOWED_ORIGINS/);
  expect(await page.title()).toBe("misconfigured");
  expect(logged.filter((line) => /^Lilypad: .*ALLOWED_ORIGINS/.test(line))).toHaveLength(1);
  await releasePage(context);
  site.close();
});

it("says that a thread is not there, and finds it once the user is let in", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(bob);
  const { page, events, close } = await openElement(browser, element(threadId), { user: ada });
  await page.getByRole("heading", { name: "This chat is not here" }).waitFor();
  expect(await events()).toContain("error not_found");
  await bob.call("PUT", `/api/threads/${threadId}/members/${ada.id}`, {});
  await page.getByRole("button", { name: "Try again" }).click();
  await composer(page).waitFor();
  await close();
});

it("says that Lilypad cannot be reached, and connects when it can", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const server = new URL(inject("url"));
  const { page, events, close } = await openElement(browser, element(threadId), {
    user: ada,
    prepare: async (opened) => {
      await opened.route(`${server.origin}/api/**`, (route) => route.abort());
      await opened.routeWebSocket(/\/api\//, (socket) => socket.close());
    },
  });
  await expect.poll(() => problem(page).textContent()).toBe("Lilypad cannot be reached.");
  expect(await events()).toEqual(["error offline"]);
  await page.unrouteAll();
  await close();
});

it("loads the files of today where a deployment has replaced those that its page names", async () => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  let isGone = true;
  const { page, close } = await openElement(browser, element(threadId), {
    user: ada,
    prepare: async (opened) => {
      await opened.route(/\/widget\/[^/]+\.js/, (route) => route.fulfill({ status: 404 }));
      // The version that was deployed since, which names other files.
      await opened.route(/\/widget\.js\?\d+$/, async (route) => {
        isGone = false;
        const response = await route.fetch();
        const body = (await response.text()).replaceAll("./widget/", "./widget/since/");
        return route.fulfill({ response, body });
      });
      await opened.route("**/widget/since/*.js", async (route) => {
        const url = route.request().url().replace("/since/", "/");
        return route.fulfill({ response: await route.fetch({ url }) });
      });
    },
  });
  await composer(page).waitFor();
  expect(isGone).toBe(false);
  await close();
});

it.each([
  ["connects", "element-connection"],
  ["shows the chat", "mount"],
])("says that what %s cannot be loaded, and loads it when it can", async (_what, name) => {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const { page, events, close } = await openElement(browser, element(threadId), {
    user: ada,
    prepare: async (opened) => {
      await opened.route(new RegExp(`/widget/${name}-`), (route) => route.abort());
    },
  });
  const retry = page.getByRole("button", { name: "Try again" });
  await expect.poll(() => problem(page).textContent()).toBe("The chat could not be loaded.");
  expect(await events()).toContain("error offline");
  // In vain.
  await retry.click();
  await expect.poll(() => problem(page).textContent()).toBe("The chat could not be loaded.");
  await page.unrouteAll({ behavior: "wait" });
  await retry.click();
  await composer(page).waitFor();
  await expect.poll(() => problem(page).count()).toBe(0);
  await close();
});
