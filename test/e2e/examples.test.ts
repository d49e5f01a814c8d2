/** The applications of `examples` that run on Node, in a browser. Flask's is in test/examples, a project of its own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { CHAT, chat, leave, signIn, startExample, type Example } from "./example.ts";

const browser = await sharedBrowser();

describe("examples/plain-html-node", () => {
  let shop: Example;
  beforeAll(async () => void (shop = await startExample("plain-html-node")));
  afterAll(() => shop.stop());

  it("lets two of its users chat on the page of an order", async () => {
    const ada = await signIn(browser, shop, "ada", "analytical");
    const ben = await signIn(browser, shop, "ben", "franklin");
    expect(await chat(ada, ben)).toEqual([CHAT, CHAT]);
    await leave(ada, ben);
  });

  it("gives a token to those alone who are signed in to it", async () => {
    expect((await fetch(`${shop.url}/chat-token`, { method: "POST" })).status).toBe(401);
    const wrong = new URLSearchParams({ user: "ada", password: "franklin" });
    expect((await fetch(`${shop.url}/sign-in`, { method: "POST", body: wrong })).status).toBe(403);
    expect((await fetch(`${shop.url}/orders/123`, { redirect: "manual" })).status).toBe(303);
  });
});
