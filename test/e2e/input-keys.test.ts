/** Enter and Escape: on touch screens, and where they belong to an input method. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  messageRow,
  messageRowBySeq,
  newGuests,
  openMessageMenu,
  openPage,
  PHONE,
  send,
  startChatAlone,
  waitUntilSent,
} from "./page.ts";

const browser = await sharedBrowser();

const editor = (page: Page) => page.getByLabel("Edit message");

async function startEdit(page: Page, seq: number): Promise<void> {
  await (await openMessageMenu(page, seq)).getByRole("button", { name: "Edit" }).click();
  await editor(page).waitFor();
}

describe("on a touch screen", () => {
  it("Enter breaks the line, and a button sends", async () => {
    const { ada } = await startChatAlone(browser, { options: PHONE });
    await composer(ada.page).pressSequentially("first");
    await composer(ada.page).press("Enter");
    await composer(ada.page).pressSequentially("second");
    expect(await composer(ada.page).inputValue()).toBe("first\nsecond");
    await ada.page.getByRole("button", { name: "Send" }).tap();
    await waitUntilSent(ada.page, "first");
    await expect.poll(() => composer(ada.page).inputValue()).toBe("");

    await startEdit(ada.page, 1);
    await editor(ada.page).press("Enter");
    await editor(ada.page).pressSequentially("third");
    expect(await editor(ada.page).inputValue()).toBe("first\nsecond\nthird");
    await ada.page.getByRole("button", { name: "Save" }).tap();
    await messageRowBySeq(ada.page, 1).getByText("third").waitFor();

    // With a keyboard that is attached.
    await composer(ada.page).fill("fourth");
    await composer(ada.page).press("Control+Enter");
    await waitUntilSent(ada.page, "fourth");
    await closeAll(ada);
  });
});

describe("on a desktop", () => {
  it("Enter sends, and with Shift breaks the line", async () => {
    const { ada } = await startChatAlone(browser);
    await composer(ada.page).pressSequentially("first");
    await composer(ada.page).press("Shift+Enter");
    await composer(ada.page).pressSequentially("second");
    await composer(ada.page).press("Enter");
    await waitUntilSent(ada.page, "first");
    expect(await messageRowBySeq(ada.page, 1).textContent()).toContain("first\nsecond");
    await closeAll(ada);
  });
});

/** How browsers announce a key that an input method handles. */
const IME_KEYS = [
  ["while composing", { isComposing: true, keyCode: 229 }],
  ["while composing, by its code alone", { isComposing: false, keyCode: 229 }],
  ["while composing, without its code", { isComposing: true, keyCode: 13 }],
] as const;

/** Whether the page let the key have its effect in the browser. Safari ends the composition first. */
function pressInIme(
  field: Locator,
  key: "Enter" | "Escape",
  { isComposing, keyCode }: { isComposing: boolean; keyCode: number },
): Promise<boolean> {
  return field.evaluate(
    (element, init) => {
      element.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      if (!init.isComposing) element.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
      return element.dispatchEvent(
        new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }),
      );
    },
    { key, isComposing, keyCode },
  );
}

describe("a key that belongs to an input method", () => {
  it("sends and cancels nothing in the composer", async () => {
    const { ada } = await startChatAlone(browser);
    await send(ada.page, "Tea or coffee?");
    await waitUntilSent(ada.page, "Tea or coffee?");
    for (const [how, ime] of IME_KEYS) {
      const text = `こーひー (${how})`;
      await (await openMessageMenu(ada.page, 1)).getByRole("button", { name: "Reply" }).click();
      await composer(ada.page).fill(text);
      await pressInIme(composer(ada.page), "Enter", ime);
      await pressInIme(composer(ada.page), "Escape", ime);
      expect(await composer(ada.page).inputValue()).toBe(text);
      expect(await ada.page.getByRole("button", { name: "Cancel reply" }).count(), how).toBe(1);
      await composer(ada.page).press("Enter");
      await waitUntilSent(ada.page, text);
      expect(await messageRow(ada.page, text).count(), how).toBe(1);
    }
    await closeAll(ada);
  });

  it("saves and drops nothing in an edit", async () => {
    const { ada } = await startChatAlone(browser);
    await send(ada.page, "Tee");
    await waitUntilSent(ada.page, "Tee");
    await startEdit(ada.page, 1);
    for (const [how, ime] of IME_KEYS) {
      const text = `お茶 (${how})`;
      await editor(ada.page).fill(text);
      await pressInIme(editor(ada.page), "Enter", ime);
      await pressInIme(editor(ada.page), "Escape", ime);
      expect(await editor(ada.page).inputValue()).toBe(text);
    }
    await closeAll(ada);
  });

  it("picks nobody, submits no form and closes no dialog", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const ada = await openPage(browser, user);
    await ada.page.goto(`${inject("url")}/chat`);
    await ada.page.getByRole("button", { name: "New chat" }).click();
    const search = ada.page.getByLabel("Find people");
    await search.fill(bob.name);
    await ada.page
      .locator("[aria-disabled=false]")
      .and(ada.page.getByRole("button", { name: bob.name }))
      .waitFor();
    for (const [how, ime] of IME_KEYS) {
      await pressInIme(search, "Enter", ime);
      expect(await ada.page.getByRole("list", { name: "Picked" }).count(), how).toBe(0);
      // A script's event closes no dialog: what a browser asks is whether the page has prevented that.
      expect(await pressInIme(search, "Escape", ime), how).toBe(false);
      expect(await pressInIme(search, "Escape", { isComposing: false, keyCode: 27 }), how).toBe(true);
      expect(await ada.page.getByRole("dialog").count(), how).toBe(1);
    }
    await closeAll(ada);
  });
});
