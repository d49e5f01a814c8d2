/** Users who are given another name or picture while others have the page open. */
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { closeContext, DESKTOP } from "./page.ts";
import { newGroup, person, personWithId } from "./people.ts";

const browser = await sharedBrowser();

it("are shown by it on messages from before, also where the picture before could not be loaded", async () => {
  const ada = await person("Ada");
  const bob = await person("Bob", 3600, { picture: "https://pics.example/broken.svg" });
  const threadId = await newGroup(ada, bob);
  await bob.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello" });
  const context = await browser.newContext(DESKTOP);
  await context.route(/pics\.example/, (route) => {
    if (route.request().url().includes("broken")) return route.abort();
    const body = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
    return route.fulfill({ contentType: "image/svg+xml", body });
  });
  const page = await context.newPage();
  await page.goto(inject("url"));
  await page.evaluate(async (token) => {
    await fetch("/api/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });
  }, ada.token);
  await page.goto(`${inject("url")}/chat/${threadId}`);
  const row = page.locator("[data-seq='1']");
  await row.locator(".avatar", { hasText: "B" }).waitFor();

  await personWithId(bob.id, "Robert", 3600, { picture: "https://pics.example/new.svg" });
  await row.getByText("Robert").waitFor();
  await expect.poll(() => row.locator("img").getAttribute("src")).toBe("https://pics.example/new.svg");
  await closeContext(context);
});
