/** The example in Flask, in a browser. It takes Python and Flask: `npm run test:examples`. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedBrowser } from "../e2e/browser.ts";
import { CHAT, chat, leave, signIn, startExample, type Example } from "../e2e/example.ts";

const browser = await sharedBrowser();

describe("examples/flask", () => {
  let site: Example;
  beforeAll(async () => {
    site = await startExample("flask");
  });
  afterAll(async () => {
    await site.stop();
  });

  it("makes a chat between a buyer and the seller, who finds it in the list of chats", async () => {
    const ada = await signIn(browser, site, "ada", "analytical");
    await ada.getByRole("button", { name: "Write to the seller" }).click();
    const ben = await signIn(browser, site, "ben", "electric");
    await ben.getByRole("link", { name: "Your chats" }).click();
    await ben.getByText("A kite, used once").click();
    expect(await chat(ada, ben)).toEqual([CHAT, CHAT]);
    await leave(ada, ben);
  });

  it("gives a token to those alone who are signed in to it", async () => {
    expect((await fetch(`${site.url}/chat-token`, { method: "POST" })).status).toBe(401);
    const wrong = new URLSearchParams({ user: "ada", password: "electric" });
    expect((await fetch(`${site.url}/sign-in`, { method: "POST", body: wrong })).status).toBe(403);
    expect((await fetch(`${site.url}/ads/1/chat`, { method: "POST" })).status).toBe(401);
  });
});
