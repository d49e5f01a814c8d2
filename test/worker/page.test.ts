/** The page's HTML and what is no file: their status, and the headers that bind browsers. */
import { describe, expect, it } from "vitest";
import { expectLogged } from "../support/console.ts";
import { problemOf, request, requestWith } from "./requests.ts";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const policyOf = (response: Response) =>
  Object.fromEntries(
    (response.headers.get("content-security-policy") ?? "")
      .split("; ")
      .map((directive) => directive.split(" "))
      .map(([name = "", ...sources]) => [name, sources.join(" ")]),
  );

describe("the page", () => {
  it.each(["/", "/chat", "/chat/", "/chat/some-thread", "/?return=x"])("is at %s", async (path) => {
    const response = await request(path, { headers: HTML });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toContain('<div id="app"');
  });

  it("may load from its own origin alone, and be framed by nobody", async () => {
    expect(policyOf(await requestWith({ AVATAR_HOSTS: "off" }, "/chat"))).toEqual({
      "default-src": "'self'",
      "connect-src": "'self' wss://lilypad.test",
      "img-src": "'self'",
      "object-src": "'none'",
      "base-uri": "'none'",
      "form-action": "'self'",
      "frame-ancestors": "'none'",
    });
  });

  it.each([
    ["off", "'self'"],
    ["*", "'self' https:"],
    ["pics.example", "'self' https://pics.example"],
    [
      "Pics.Example:8443, *.tümpel.example",
      "'self' https://pics.example:8443 https://*.xn--tmpel-kva.example",
    ],
  ])("may load pictures of users from AVATAR_HOSTS: %s", async (hosts, sources) => {
    expect(policyOf(await requestWith({ AVATAR_HOSTS: hosts }, "/"))["img-src"]).toBe(sources);
  });

  it("loads pictures from everywhere in development and from nowhere in production, unless configured", async () => {
    const sources = async (environment: string) =>
      policyOf(await requestWith({ ENVIRONMENT: environment }, "/"))["img-src"];
    expect(await sources("development")).toBe("'self' https:");
    expect(await sources("production")).toBe("'self'");
  });

  it("is served where nothing is configured, to say so", async () => {
    expectLogged(/SESSION_SECRET is missing/);
    const response = await requestWith({ SESSION_SECRET: "" }, "/");
    expect(response.status).toBe(200);
    expect(policyOf(response)["img-src"]).toBe("'self'");
  });

  it("is kept to https, to its origin and out of other windows", async () => {
    const { headers } = await request("/");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    const plain = await request("http://localhost:8787/");
    expect(plain.headers.has("strict-transport-security")).toBe(false);
    expect(policyOf(plain)["connect-src"]).toBe("'self' ws://localhost:8787");
  });

  it("takes no other method than GET and HEAD", async () => {
    const response = await request("/", { method: "POST", body: "x", headers: HTML });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect((await problemOf(response)).code).toBe("not_found");
    expect((await request("/", { method: "HEAD" })).status).toBe(200);
  });

  it("is answered 304 to who has it", async () => {
    const etag = (await request("/")).headers.get("etag") ?? "";
    const response = await request("/chat", { headers: { "if-none-match": etag } });
    expect(response.status).toBe(304);
    expect(policyOf(response)["default-src"]).toBe("'self'");
  });
});

describe("what is neither a page nor a file", () => {
  it.each(["/nothing", "/chat/a/b", "/chatter", "/api", "/assets/index-0.js", "/.env", "/wp-login.php"])(
    "is 404 and no HTML at %s",
    async (path) => {
      const response = await request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect((await problemOf(response)).code).toBe("not_found");
    },
  );

  it("is 404 with the page, which says so, for a person", async () => {
    const response = await request("/nothing", { headers: HTML });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('<div id="app"');
    expect(policyOf(response)["frame-ancestors"]).toBe("'none'");
  });

  it("is a problem in the API", async () => {
    const response = await request("/api/unknown", { headers: HTML });
    expect((await problemOf(response)).code).toBe("not_found");
  });
});

it.each(["/api/health", "/api/session", "/api/unknown"])(
  "%s is stored nowhere, and shows nothing",
  async (path) => {
    const response = await request(path);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(policyOf(response)).toEqual({ "default-src": "'none'", "frame-ancestors": "'none'" });
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  },
);
