/**
 * A chat that was written for Flask-SocketIO, whose server Lilypad has replaced, in a browser. It takes Python and Flask:
 * `npm run test:examples`.
 */
import { readFile } from "node:fs/promises";
import type { Page, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedBrowser } from "../e2e/browser.ts";
import { leave, signIn, startExample, type Example } from "../e2e/example.ts";
import { DESKTOP } from "../e2e/page.ts";

const browser = await sharedBrowser();

const DIRECTORY = "examples/flask-socketio";

const messages = (page: Page) => page.getByRole("list", { name: "Messages" }).getByRole("listitem");
const texts = (page: Page) => messages(page).locator("p").allTextContents();
const unread = (page: Page) => page.getByLabel("unread");
const chatWith = (page: Page, name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) });

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

describe("examples/flask-socketio", () => {
  let forum: Example;
  beforeAll(async () => {
    forum = await startExample("flask-socketio");
  });
  afterAll(async () => {
    await forum.stop();
  });

  it("lets two of its members chat, with what they missed after a reload and a lost connection", async () => {
    const ada = await signIn(browser, forum, "ada", "analytical");
    const ben = await signIn(browser, forum, "ben", "electric");
    await ada.getByLabel("User name").fill("ben");
    await ada.getByRole("button", { name: "Start chat" }).click();
    await say(ada, "Have you seen the pond?");
    await messages(ada).getByText("Have you seen the pond?").waitFor();

    // Who has no such chat yet is sent it, too.
    await unread(ben).getByText("1").waitFor();
    await chatWith(ben, "ada").getByText("ada: Have you seen the pond?").waitFor();
    await chatWith(ben, "ada").click();
    await messages(ben).getByText("Have you seen the pond?").waitFor();
    await expect.poll(() => unread(ben).textContent()).toBe("");

    await say(ben, "I am in it");
    await messages(ada).getByText("I am in it").waitFor();
    await messages(ada).last().getByRole("button", { name: "🐸 0" }).click();
    await messages(ben).last().getByRole("button", { name: "🐸 1" }).waitFor();
    await messages(ben).last().getByRole("button", { name: "Delete" }).click();
    await messages(ada).getByText("Message deleted by user").waitFor();

    await ada.reload();
    await chatWith(ada, "ben").click();
    await messages(ada).nth(1).waitFor();
    expect(await texts(ada)).toEqual(["Have you seen the pond?", "Message deleted by user"]);
    await leave(ada, ben);
  });

  it("comes back by itself, with what was said meanwhile once", async () => {
    const ada = await signIn(browser, forum, "ada", "analytical");
    const ben = await signIn(browser, forum, "ben", "electric");
    const line = await cuttableLine(ben);
    for (const [page, name] of [
      [ada, "ben"],
      [ben, "ada"],
    ] as const) {
      await page.getByLabel("User name").fill(name);
      await page.getByRole("button", { name: "Start chat" }).click();
    }
    await say(ada, "before");
    await messages(ben).getByText("before", { exact: true }).waitFor();
    line.cut();
    await say(ada, "meanwhile");
    await messages(ada).getByText("meanwhile", { exact: true }).waitFor();
    line.mend();
    await messages(ben).getByText("meanwhile", { exact: true }).waitFor();
    await say(ada, "after");
    await messages(ben).getByText("after", { exact: true }).waitFor();
    expect((await texts(ben)).slice(-3)).toEqual(["before", "meanwhile", "after"]);
    await leave(ada, ben);
  });

  it("ends Lilypad's session with its own", async () => {
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    await page.goto(forum.url);
    await page.getByLabel("User").fill("ada");
    await page.getByLabel("Password").fill("analytical");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("You are ada").waitFor();
    const names = async () => (await context.cookies()).map(({ name }) => name);
    expect(await names()).toContain("lilypad-session");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").waitFor();
    expect(await names()).not.toContain("lilypad-session");
    expect((await fetch(`${forum.url}/api/auth`)).status).toBe(401);
    await context.close();
  });

  it("shows in its README what moving it took", async () => {
    const readme = await readFile(`${DIRECTORY}/README.md`, "utf8");
    const app = (await readFile(`${DIRECTORY}/app.py`, "utf8")).split("\n");
    const [, diff = ""] = /```diff\n([^]*?)```/.exec(readme) ?? [];
    const hunks = [...diff.matchAll(/^@@ -\S+ \+(\d+)(?:,\d+)? @@.*\n((?:[ +-].*\n|\n)*)/gm)];
    expect(hunks.length).toBeGreaterThan(0);
    for (const [, start, text = ""] of hunks) {
      const lines = text.split("\n").slice(0, -1);
      const kept = lines.filter((line) => !line.startsWith("-")).map((line) => line.slice(1));
      const from = Number(start) - 1;
      expect(app.slice(from, from + kept.length)).toEqual(kept);
    }
  });
});

/** A page's line to the chat's server, which can be cut: then what the client tries fails. */
async function cuttableLine(page: Page): Promise<{ cut: () => void; mend: () => void }> {
  const open = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    if (isCut) return void socket.close();
    open.add(socket);
    socket.connectToServer();
  });
  await page.reload();
  return {
    cut: () => {
      isCut = true;
      for (const socket of open) void socket.close();
    },
    mend: () => void (isCut = false),
  };
}
