/** What is dragged onto the page: files and links do not take its place, and text goes into fields. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  signInGuest,
  startChatAlone,
  stopClock,
  uniqueName,
  waitUntilSent,
} from "./page.ts";

const browser = await sharedBrowser();

const NOTICE = "Files cannot be sent yet.";
/** The operation "copy" of the DevTools protocol. */
const COPY = 1;

interface Dragged {
  files?: string[];
  text?: { mimeType: string; data: string };
}

/** Drags something from outside the browser onto an element, and drops it there. */
async function dropOn(page: Page, target: Locator, { files = [], text }: Dragged): Promise<void> {
  const { x, y, width, height } = (await target.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const devTools = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await devTools.send("Input.dispatchDragEvent", {
      type,
      x: x + width / 2,
      y: y + height / 2,
      data: { items: text ? [text] : [], files, dragOperationsMask: COPY },
    });
  }
  // Where the clock is stopped, so that what is shown for some seconds stays.
  if (files.length > 0) await page.clock.runFor(100);
}

async function newFile(): Promise<string> {
  const file = join(inject("scratch"), `${crypto.randomUUID()}.txt`);
  await writeFile(file, "what is in the file");
  return file;
}

it("a file that is dropped on the messages or on their field does not take the page's place", async () => {
  const { ada } = await startChatAlone(browser);
  const url = ada.page.url();
  await stopClock(ada.page);
  for (const label of ["Messages", "Message"]) {
    const text = `half written (${label})`;
    await composer(ada.page).fill(text.slice(0, 9));
    await dropOn(ada.page, ada.page.getByLabel(label, { exact: true }), { files: [await newFile()] });
    await ada.page.getByText(NOTICE).waitFor();
    await composer(ada.page).pressSequentially(text.slice(9));
    await composer(ada.page).press("Enter");
    await waitUntilSent(ada.page, text);
    expect(ada.page.url()).toBe(url);
    await ada.page.clock.fastForward(5_000);
    await expect.poll(() => ada.page.getByText(NOTICE).count()).toBe(0);
  }
  await closeAll(ada);
});

it("a file that is dropped while a dialog is open, or nobody is signed in, does not either", async () => {
  const { ada } = await startChatAlone(browser);
  await stopClock(ada.page);
  await ada.page.getByRole("button", { name: "New chat" }).click();
  await dropOn(ada.page, ada.page.getByRole("dialog"), { files: [await newFile()] });
  await ada.page.getByText(NOTICE).waitFor();
  await ada.page.clock.fastForward(5_000);
  await expect.poll(() => ada.page.getByText(NOTICE).count()).toBe(0);
  await ada.page.keyboard.press("Escape");
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByLabel("Your name").waitFor();
  await dropOn(ada.page, ada.page.getByRole("main"), { files: [await newFile()] });
  await ada.page.getByText(NOTICE).waitFor();
  await ada.page.getByLabel("Your name").fill("Ada");
  expect(ada.page.url()).toContain(inject("url"));
  await closeAll(ada);
});

it("a link that is dropped beside a field does not either, and text that is dropped on a field goes into it", async () => {
  const { ada } = await startChatAlone(browser);
  const url = ada.page.url();
  const link = { mimeType: "text/uri-list", data: `${inject("url")}/?elsewhere` };
  await dropOn(ada.page, ada.page.getByLabel("Messages", { exact: true }), { text: link });
  await dropOn(ada.page, composer(ada.page), { text: { mimeType: "text/plain", data: "dropped text" } });
  await expect.poll(() => composer(ada.page).inputValue()).toBe("dropped text");
  expect(ada.page.url()).toBe(url);
  expect(await ada.page.getByText(NOTICE).count()).toBe(0);
  await closeAll(ada);
});

it("a file that is pasted is answered in the same way", async () => {
  const ada = await signInGuest(browser, uniqueName("Ada"));
  await stopClock(ada.page);
  const paste = (text?: string) =>
    ada.page.evaluate((plain) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(["picture"], "picture.png", { type: "image/png" }));
      if (plain !== undefined) clipboardData.items.add(plain, "text/plain");
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }, text);
  await paste("a picture's text");
  expect(await ada.page.getByText(NOTICE).count()).toBe(0);
  await paste();
  await ada.page.clock.runFor(100);
  await ada.page.getByText(NOTICE).waitFor();
  await closeAll(ada);
});
