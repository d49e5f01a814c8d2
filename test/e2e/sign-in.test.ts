/** Signing in at a host application of another origin, and coming back to the page. */
import type { Page } from "playwright-core";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import type { SignInOptions } from "../../src/protocol/http.ts";
import { sharedBrowser } from "./browser.ts";
import { closeAll, composer } from "./page.ts";
import { takePage } from "./page-pool.ts";
import { newGroup, person, type Person } from "./people.ts";
import { serveHtml } from "./sites.ts";

const browser = await sharedBrowser();

/** The host's sign-in page: its buttons lead back as a host may, and it leads to no address but Lilypad's. */
function hostPage(token: string): string {
  return `<!doctype html><title>The host</title><body><script type="module">
    const query = new URLSearchParams(location.search);
    const lilypad = ${JSON.stringify(`${inject("url")}/`)};
    const leadBack = (fragment) => {
      if (query.get("return") !== lilypad) throw new Error("return is " + query.get("return"));
      location.assign(lilypad + fragment);
    };
    const state = query.get("state");
    const answers = {
      "Continue": "#" + new URLSearchParams({ token: ${JSON.stringify(token)}, state }),
      "Continue with another state": "#" + new URLSearchParams({ token: ${JSON.stringify(token)}, state: "x" }),
      "Continue with a bad token": "#" + new URLSearchParams({ token: "not.a.token", state }),
      "Cancel": "#" + new URLSearchParams({ state }),
      "Go back": "",
    };
    for (const [label, fragment] of Object.entries(answers)) {
      const button = document.createElement("button");
      button.textContent = label;
      button.onclick = () => leadBack(fragment);
      document.body.append(button);
    }
  </script>`;
}

/** A browser in which nobody is signed in, and a Lilypad that says that one signs in so. */
async function openBrowser(options: SignInOptions): Promise<Page> {
  const own = await takePage(browser, {});
  onTestFinished(() => closeAll(own));
  await own.context.route("**/api/sign-in", (route) => route.fulfill({ json: options }));
  return own.page;
}

/** The page where people sign in at a host as Ada, and what she finds when she does. */
async function openHosted(): Promise<{ page: Page; ada: Person; host: string; threadId: string }> {
  const ada = await person("Ada");
  const threadId = await newGroup(ada);
  const site = await serveHtml(hostPage(ada.token));
  onTestFinished(() => site.close());
  const host = `${site.url}/sign-in?lang=en`;
  const page = await openBrowser({ guests: false, signInUrl: host });
  return { page, ada, host, threadId };
}

const at = (page: Page, path: string) => page.goto(inject("url") + path);
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const signInButton = (page: Page) => page.getByRole("button", { name: "Sign in", exact: true });
const sessionStatus = (page: Page) => page.evaluate(async () => (await fetch("/api/session")).status);
/** What the tab keeps of a sign-in that is under way. */
const kept = (page: Page) => page.evaluate(() => sessionStorage.getItem("lilypad sign-in"));

describe("a person who is not signed in", () => {
  it("is led to the host, and back to the view they were going to", async () => {
    const { page, ada, host, threadId } = await openHosted();
    await at(page, `/chat/${threadId}`);
    await page.waitForURL(/\/sign-in/);
    const asked = new URL(page.url());
    expect(asked.origin).toBe(new URL(host).origin);
    expect(asked.searchParams.get("lang")).toBe("en");
    expect(asked.searchParams.get("return")).toBe(`${inject("url")}/`);
    expect(asked.searchParams.get("state")?.length).toBeGreaterThan(20);
    await press(page, "Continue");
    await composer(page).waitFor();
    expect(page.url()).toBe(`${inject("url")}/chat/${threadId}`);
    expect(await page.evaluate(async () => (await (await fetch("/api/session")).json()).user.id)).toBe(
      ada.id,
    );
    // The cookie signs in from here on.
    await page.reload();
    await composer(page).waitFor();
  });

  it("has neither token nor state left in the address bar, the history or the tab's storage", async () => {
    const { page, ada } = await openHosted();
    const shown: string[] = [];
    const requested: string[] = [];
    await at(page, "/chat");
    await page.getByRole("button", { name: "Continue", exact: true }).waitFor();
    // From the first moment at which the page runs: when it makes its first request.
    page.on("request", (request) => {
      requested.push(request.url(), request.headers()["referer"] ?? "");
      if (request.url().endsWith("/api/session")) shown.push(page.url());
    });
    await press(page, "Continue");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(shown.length).toBeGreaterThan(0);
    const history = await page.context().newCDPSession(page);
    const { entries } = await history.send("Page.getNavigationHistory");
    expect(entries.length).toBeGreaterThan(1);
    const own = entries.filter(({ url }) => url.startsWith(inject("url"))).map(({ url }) => url);
    const storage = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect([...shown, ...own, ...requested, storage].filter((text) => text.includes(ada.token))).toEqual([]);
    expect([...shown, ...own].filter((url) => url.includes("state="))).toEqual([]);
    expect(await kept(page)).toBe(null);
  });

  it("is not led away again by themselves after coming back without an answer", async () => {
    const { page, threadId } = await openHosted();
    await at(page, `/chat/${threadId}`);
    await press(page, "Go back");
    await signInButton(page).waitFor();
    expect(new URL(page.url()).origin).toBe(inject("url"));
    await signInButton(page).click();
    await press(page, "Continue");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
  });

  it("is shown why where they come back without a valid answer, and can try again", async () => {
    const { page } = await openHosted();
    await at(page, "/chat");
    for (const [answer, problem] of [
      ["Continue with another state", /was not started in this tab/],
      ["Continue with a bad token", /^You were not signed in: /],
      ["Cancel", /^You were not signed in\. /],
    ] as const) {
      await press(page, answer);
      expect(await page.getByRole("alert").textContent()).toMatch(problem);
      expect(await sessionStatus(page), answer).toBe(401);
      expect(page.url(), answer).toBe(`${inject("url")}/`);
      await signInButton(page).click();
    }
    await press(page, "Continue");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
  });
});

describe("a link with a token", () => {
  it("that this tab did not ask for signs nobody in, whatever its state", async () => {
    const { page, ada } = await openHosted();
    for (const [index, state] of ["", "&state=", "&state=forged"].entries()) {
      await at(page, `/?${index}#token=${ada.token}${state}`);
      expect(await page.getByRole("alert").textContent()).toContain("was not started in this tab");
      expect(await sessionStatus(page), state).toBe(401);
      expect(page.url(), state).toBe(`${inject("url")}/?${index}`);
    }
  });

  it("signs in once", async () => {
    const { page } = await openHosted();
    await at(page, "/");
    const back = page.waitForEvent("framenavigated", (frame) => frame.url().includes("#"));
    await press(page, "Continue");
    const used = (await back).url();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    const fragment = used.split("#")[1] ?? "";
    expect(fragment).toContain("token=");
    await press(page, "Sign out");
    await signInButton(page).waitFor();
    await at(page, `/?again#${fragment}`);
    expect(await page.getByRole("alert").textContent()).toContain("was used already");
    expect(await sessionStatus(page)).toBe(401);
  });

  it("leaves whoever is signed in as they are", async () => {
    const { page, ada } = await openHosted();
    await at(page, "/");
    await press(page, "Continue");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    const mallory = await person("Mallory");
    await at(page, `/?link#token=${mallory.token}&state=forged`);
    await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
    expect(await page.evaluate(async () => (await (await fetch("/api/session")).json()).user.id)).toBe(
      ada.id,
    );
    expect(page.url()).not.toContain("token");
  });
});

describe("signing out", () => {
  it("stays on the page, over a reload and in a new tab, until one asks to sign in", async () => {
    const { page } = await openHosted();
    await at(page, "/chat");
    await press(page, "Continue");
    await press(page, "Sign out");
    await signInButton(page).waitFor();
    await page.reload();
    await signInButton(page).waitFor();
    const newTab = await page.context().newPage();
    await at(newTab, "/chat");
    await signInButton(newTab).waitFor();
    await signInButton(newTab).click();
    await press(newTab, "Continue");
    await newTab.getByRole("button", { name: "Sign out" }).waitFor();
    expect(new URL(newTab.url()).pathname).toBe("/chat");
    // The other tab follows.
    await page.getByRole("button", { name: "Sign out" }).waitFor();
  });
});

describe("the page", () => {
  it("says what its operator has to set where nobody can sign in", async () => {
    const page = await openBrowser({ guests: false });
    await at(page, "/chat");
    await page.getByText("SIGN_IN_URL").waitFor();
    expect(await page.getByRole("button").count()).toBe(0);
    expect(await page.getByRole("textbox").count()).toBe(0);
  });

  it("offers both where guests may sign in too, and leads nowhere by itself", async () => {
    const page = await openBrowser({ guests: true, signInUrl: "https://www.example.com/sign-in" });
    await at(page, "/");
    await page.getByRole("button", { name: "Sign in with an account" }).waitFor();
    expect(await page.getByLabel("Your name").count()).toBe(1);
    expect(await kept(page)).toBe(null);
  });

  it("says that the browser keeps nothing for it, without which no answer could be trusted", async () => {
    const { page } = await openHosted();
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, "sessionStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await at(page, "/chat");
    await signInButton(page).click();
    expect(await page.getByRole("alert").textContent()).toContain("your browser blocks");
    expect(new URL(page.url()).origin).toBe(inject("url"));
  });

  it("says what a server that is not configured misses", async () => {
    const page = await openBrowser({ guests: false });
    const detail = "This server is not configured: SESSION_SECRET is missing.";
    await page.route("**/api/session", (route) =>
      route.fulfill({ status: 503, json: { code: "unavailable", detail } }),
    );
    await at(page, "/");
    await page.getByRole("button", { name: "Try again" }).waitFor();
    expect(await page.getByRole("main").textContent()).toContain(detail);
  });
});
