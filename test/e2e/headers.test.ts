/** What browsers are sent about the page and its files, by the started server; and that the page works within it. */
import { readdir } from "node:fs/promises";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { newGroup, person } from "./people.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";

const browser = await sharedBrowser();

const get = (path: string, accept = "*/*") =>
  fetch(inject("url") + path, { headers: { accept }, redirect: "manual" });

describe("a file", () => {
  it("whose name is a hash is kept for ever", async () => {
    const html = await (await get("/")).text();
    const assets = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(assets.length).toBeGreaterThan(1);
    for (const path of assets) {
      const { status, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    }
  });

  it.each(["/", "/client.js", "/favicon.svg", "/robots.txt"])(
    "%s is asked for again each time",
    async (path) => {
      expect((await get(path)).headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    },
  );

  it("/client.js and its chunks may be loaded by pages of other sites, and no other", async () => {
    const [chunk = ""] = /chunks\/[\w.-]+\.js/.exec(await (await get("/client.js")).text()) ?? [];
    for (const path of ["/client.js", `/${chunk}`]) {
      const { status, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(headers.get("access-control-allow-origin")).toBe("*");
    }
    expect((await get(`/${chunk}`)).headers.get("cache-control")).toContain("immutable");
    expect((await get("/favicon.svg")).headers.get("cross-origin-resource-policy")).toBe("same-origin");
  });

  it("what a widget consists of may be loaded by pages of other sites: its loader for 5 minutes, the rest for ever", async () => {
    const loader = await get("/widget.js");
    expect(loader.headers.get("cache-control")).toBe("public, max-age=300");
    const chunks = (await readdir("dist/web/widget")).map((file) => `/widget/${file}`);
    expect(chunks.length).toBeGreaterThan(1);
    const answers = [loader, ...(await Promise.all(chunks.map((path) => get(path))))];
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers.get("content-type")).toMatch(/^text\/javascript/);
      expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(headers.get("access-control-allow-origin")).toBe("*");
    }
    for (const { headers } of answers.slice(1))
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  });

  it("/robots.txt is text, which turns robots away", async () => {
    const response = await get("/robots.txt");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toMatch(/^User-agent: \*\nDisallow: \/$/m);
  });

  it.each(["/assets/index-gone.js", "/assets/", "/.env", "/nothing.html"])(
    "%s is none: 404",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    },
  );
});

describe("in the browser", () => {
  it("the page connects, and loads pictures of users from the listed hosts alone", async () => {
    const ada = await person("Ada", 3600);
    const listed = await person("Listed", 3600, { picture: "https://pics.example/listed.svg" });
    const other = await person("Other", 3600, { picture: "https://other.example/other.svg" });
    const threadId = await newGroup(ada, listed, other);
    for (const author of [listed, other])
      await author.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello" });

    const { context, page } = await takePage(browser, DESKTOP);
    const requested: string[] = [];
    await context.route(/\.example\//, (route) => {
      requested.push(route.request().url());
      const body = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
      return route.fulfill({ contentType: "image/svg+xml", body });
    });
    const refused: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await page.goto(inject("url"));
    await page.evaluate(async (token) => {
      await fetch("/api/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });
    }, ada.token);
    await page.goto(`${inject("url")}/chat/${threadId}`);
    const log = page.getByRole("log");
    // Live: the message comes by the room's socket.
    await log.getByText("Hello").nth(1).waitFor();
    await other.call("POST", `/api/threads/${threadId}/messages`, { body: "Live" });
    await log.getByText("Live").waitFor();

    await expect.poll(() => log.locator("img").count()).toBe(1);
    expect(await log.locator("img").getAttribute("src")).toBe("https://pics.example/listed.svg");
    await expect.poll(() => log.locator(".avatar", { hasText: "O" }).count()).toBe(1);
    await expect.poll(() => new Set(requested)).toEqual(new Set(["https://pics.example/listed.svg"]));
    expect(refused.filter((text) => !text.includes("https://other.example/other.svg"))).toEqual([]);
    await releasePage(context);
  });

  it("a view that does not exist says so, with status 404", async () => {
    const { context, page } = await takePage(browser, DESKTOP);
    const response = await page.goto(`${inject("url")}/nothing`);
    expect(response?.status()).toBe(404);
    await page.getByLabel("Your name").fill(`Ada ${crypto.randomUUID().slice(0, 8)}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    await releasePage(context);
  });
});
