/** Finding people: an answer is used for what it answers alone. */
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  detailsDialog,
  newGuests,
  openDetails,
  openPage,
  openThread,
  startChat,
  startChatAlone,
  uniqueName,
} from "./page.ts";
import { newGroup, newGuest } from "./people.ts";

const browser = await sharedBrowser();

const field = (page: Page) => page.getByLabel("Find people");
const found = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const picked = (page: Page) => page.getByRole("list", { name: "Picked" }).getByRole("button");

async function openNewChat(page: Page): Promise<void> {
  await page.goto(`${inject("url")}/chat`);
  await page.getByRole("button", { name: "New chat" }).click();
}

/** Bob, Carol, and Ada, of whose searches those for Carol are not answered until the test says so. */
async function startSlowSearch() {
  const [user, bob, carol] = await newGuests("Ada", "Bob", "Carol");
  const ada = await openPage(browser, user);
  const mayAnswer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await ada.page.route("**/api/users?q=Carol*", async (route) => {
    asked.resolve();
    await mayAnswer.promise;
    await route.continue();
  });
  return { ada, bob, carol, asked: asked.promise, answer: mayAnswer.resolve };
}

describe("a search that is not answered yet", () => {
  it.each(["a new chat", "a group"])("picks nobody for %s, by Enter or by a click", async (where) => {
    const { ada, bob, carol, asked, answer } = await startSlowSearch();
    if (where === "a new chat") await openNewChat(ada.page);
    else {
      await openThread(ada, await newGroup(ada, ...(await newGuests("Dan", "Eve"))));
      await openDetails(ada.page);
      await ada.page.getByRole("button", { name: "Add people" }).click();
    }
    await field(ada.page).fill(bob.name);
    await found(ada.page, bob.name).waitFor();
    // At once, before the search has even begun.
    await field(ada.page).fill(carol.name);
    await field(ada.page).press("Enter");
    expect(await picked(ada.page).count()).toBe(0);
    // While it is under way.
    await asked;
    await field(ada.page).press("Enter");
    await found(ada.page, bob.name).evaluateAll((buttons: HTMLElement[]) => {
      for (const button of buttons) button.click();
    });
    expect(await picked(ada.page).count()).toBe(0);
    expect(await field(ada.page).inputValue()).toBe(carol.name);
    answer();
    await ada.page.locator("[aria-disabled=false]").and(found(ada.page, carol.name)).waitFor();
    await field(ada.page).press("Enter");
    await expect
      .poll(() => picked(ada.page).allTextContents())
      .toEqual([expect.stringContaining(carol.name)]);
    await closeAll(ada);
  });
});

describe("Enter that is held down", () => {
  it("picks, and does not start the chat too", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const ada = await openPage(browser, user);
    await openNewChat(ada.page);
    await field(ada.page).fill(bob.name);
    await ada.page.locator("[aria-disabled=false]").and(found(ada.page, bob.name)).waitFor();
    await ada.page.keyboard.down("Enter");
    await expect.poll(() => picked(ada.page).count()).toBe(1);
    // Playwright marks it as a repeated key.
    await ada.page.keyboard.down("Enter");
    await ada.page.keyboard.up("Enter");
    expect(await ada.page.getByRole("button", { name: "Start chat" }).getAttribute("aria-disabled")).toBe(
      "false",
    );
    await ada.page.keyboard.press("Enter");
    await composer(ada.page).waitFor();
    await closeAll(ada);
  });
});

describe("a chat that is started", () => {
  it("is started once, however often the form is submitted", async () => {
    const [user, ...others] = await newGuests("Ada", "Bob", "Carol");
    const ada = await openPage(browser, user);
    await openNewChat(ada.page);
    for (const { name } of others) {
      await field(ada.page).fill(name);
      await found(ada.page, name).click();
    }
    let requests = 0;
    ada.page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/api/threads")) requests += 1;
    });
    await ada.page
      .getByRole("dialog")
      .locator("form")
      .evaluate((form: HTMLFormElement) => {
        form.requestSubmit();
        form.requestSubmit();
      });
    await composer(ada.page).waitFor();
    expect(requests).toBe(1);
    await closeAll(ada);
  });

  it("does not lead away from where the user has gone since", async () => {
    const carol = await newGuest(uniqueName("Carol"));
    const { ada } = await startChatAlone(browser);
    const withBob = ada.page.url();
    const mayAnswer = Promise.withResolvers<void>();
    await ada.page.route("**/api/threads", async (route) => {
      await mayAnswer.promise;
      await route.continue();
    });
    await ada.page.getByRole("button", { name: "New chat" }).click();
    await field(ada.page).fill(carol.name);
    await found(ada.page, carol.name).click();
    const answered = ada.page.waitForResponse("**/api/threads");
    await ada.page.getByRole("button", { name: "Start chat" }).click();
    await ada.page.getByRole("button", { name: "Close" }).click();
    mayAnswer.resolve();
    await (await answered).finished();
    // It is in the list all the same.
    await ada.page.getByRole("link", { name: new RegExp(carol.name) }).waitFor();
    expect(ada.page.url()).toBe(withBob);
    await closeAll(ada);
  });
});

describe("a chat that is left", () => {
  it("does not lead away from where the user has gone since", async () => {
    const others = await newGuests("Carol", "Dan");
    const { ada, bob } = await startChatAlone(browser);
    const withBob = ada.page.url();
    await startChat(ada.page, ...others.map(({ name }) => name));
    await expect.poll(() => ada.page.url()).not.toBe(withBob);
    const mayAnswer = Promise.withResolvers<void>();
    await ada.page.route("**/members/*", async (route) => {
      const response = await route.fetch();
      await mayAnswer.promise;
      await route.fulfill({ response });
    });
    await openDetails(ada.page);
    await detailsDialog(ada.page).getByRole("button", { name: "Leave chat" }).click();
    const answered = ada.page.waitForResponse("**/members/*");
    await ada.page.getByRole("button", { name: "Leave", exact: true }).click();
    // Back, while nothing has answered.
    await ada.page.goBack();
    await ada.page.getByRole("link", { name: new RegExp(bob.name) }).click();
    await expect.poll(() => ada.page.url()).toBe(withBob);
    mayAnswer.resolve();
    await (await answered).finished();
    await composer(ada.page).fill("still here");
    expect(ada.page.url()).toBe(withBob);
    await closeAll(ada);
  });
});
