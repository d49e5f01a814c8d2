/** docs/quick-start.md, followed: each of its three ways gives two people of a small host application a chat in a browser. */
import { mkdtemp, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { codeBlocksOf, pagesOf } from "./doc-pages.ts";
import { chat, CHAT } from "./example.ts";
import { startHostSite, tokenAnswer } from "./host-site.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { serveReactApp } from "./react-app.ts";
import { bodies, field } from "./react-page.ts";

const blocks = (await pagesOf("docs/quick-start.md")).flatMap(codeBlocksOf);

/** A program of the page, for the Lilypad under test. */
function program(language: string, containing: string): string {
  const block = blocks.find((one) => one.language === language && one.code.includes(containing));
  if (!block) throw new Error(`the quick start has no ${language} with ${containing}`);
  return block.code.replaceAll("https://chat.example.com", inject("url"));
}

interface Backend {
  chatToken: (user: User) => Promise<{ token: string }>;
  orderThread: (order: { id: string; people: readonly User[] }) => Promise<unknown>;
}

/** The module of the page, as the host application imports it. */
async function backend(): Promise<Backend> {
  const file = join(await mkdtemp(join(inject("scratch"), "quick-start-")), "chat.mjs");
  const code = program("js", "export const chatToken");
  await writeFile(file, code.replace('"lilypad/server"', JSON.stringify(resolve("dist/server/server.js"))));
  vi.stubEnv("LILYPAD_URL", inject("url"));
  vi.stubEnv("AUTH_SECRET", inject("authSecret"));
  vi.stubEnv("SERVER_SECRET", inject("serverSecret"));
  return (await import(file)) as Backend;
}

const browser = await sharedBrowser();
let host: Backend;
beforeAll(async () => {
  host = await backend();
});
afterAll(() => vi.unstubAllEnvs());

interface User {
  id: string;
  name: string;
}

/** Two users of the host application whom Lilypad has never seen, and an order that they share. */
async function order() {
  const people = ["Ada", "Bob"].map((name) => ({ id: `${name}-${crypto.randomUUID()}`, name }));
  const id = crypto.randomUUID();
  await host.orderThread({ id, people });
  return { id, people };
}

const answerFor =
  (user: User): RequestListener =>
  async (request, response) => {
    const { token } = await host.chatToken(user);
    return tokenAnswer(token)(request, response);
  };

/** A page of the host application for each of two people. */
async function open(people: readonly User[], html: string) {
  const sites = await Promise.all(people.map((user) => startHostSite(html, answerFor(user))));
  const pages = await Promise.all(
    sites.map(async ({ url }) => {
      const { page } = await takePage(browser, DESKTOP);
      await page.goto(url);
      return page;
    }),
  );
  return {
    pages: pages as [Page, Page],
    close: async () => {
      await Promise.all(pages.map((page) => releasePage(page.context())));
      for (const site of sites) site.close();
    },
  };
}

describe("the quick start", () => {
  it("(a) shows a chat by two lines of HTML", async () => {
    const { id, people } = await order();
    const lines = program("html", "lilypad-chat").trim();
    expect(lines.split("\n")).toHaveLength(2);
    const { pages, close } = await open(
      people,
      `<!doctype html><title>A shop</title>${lines.replace("order-123", `order-${id}`)}`,
    );
    expect(await chat(...pages)).toEqual([CHAT, CHAT]);
    await close();
  });

  it("(b) shows a chat in React", async () => {
    const { id, people } = await order();
    const main = `${program("tsx", "OrderChat")}
      import { createRoot } from "react-dom/client";
      createRoot(document.getElementById("root")!).render(<OrderChat id="${id}" />);`;
    const site = await serveReactApp({ files: { "main.tsx": main } });
    const pages = await Promise.all(
      people.map(async (user) => {
        const { page } = await takePage(browser, DESKTOP);
        await page.route("**/chat-token", async (route) =>
          route.fulfill({ json: await host.chatToken(user) }),
        );
        await page.goto(site.url);
        return page;
      }),
    );
    const [one, other] = pages as [Page, Page];
    await field(one).fill("Hello from React");
    await field(one).press("Enter");
    await expect.poll(() => bodies(other)).toEqual(["Hello from React"]);
    for (const page of pages) await releasePage(page.context());
    site.close();
  });

  it("(c) shows a chat by the client library", async () => {
    const { id, people } = await order();
    const code = program("js", "room.subscribe").replace("order-123", `order-${id}`);
    const { pages, close } = await open(
      people,
      `<!doctype html><title>A shop</title><form><input name="message"></form><ul></ul><script type="module">
        const form = document.forms[0];
        form.addEventListener("submit", (event) => event.preventDefault());
        const render = (messages) => {
          document.querySelector("ul").replaceChildren(...messages.map(({ author, body }) => {
            const item = document.createElement("li");
            item.textContent = author.name + ": " + body;
            return item;
          }));
        };
        ${code}
      </script>`,
    );
    const [one, other] = pages;
    await one.locator("input").fill("Hello from the client");
    await one.locator("input").press("Enter");
    for (const page of [one, other]) await page.getByText("Ada: Hello from the client").waitFor();
    expect(await other.locator("li").count()).toBe(1);
    await close();
  });
});
