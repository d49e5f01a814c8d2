/** The page in browsers that lack something or refuse it: privacy settings, sandboxed frames, plain http, older versions. */
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  messageRow,
  newGuests,
  openPage,
  send,
  signInByForm,
  startChat,
  waitUntilSent,
} from "./page.ts";

const browser = await sharedBrowser();

/** Run in the page before its scripts. */
const RESTRICTIONS: Record<string, string> = {
  "blocks the site's data": `
    for (const name of ["indexedDB", "localStorage", "sessionStorage", "caches"]) {
      Object.defineProperty(globalThis, name, {
        get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
      });
    }
    Object.defineProperty(navigator, "locks", {
      get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
    });
    globalThis.BroadcastChannel = class {
      constructor() { throw new DOMException("The operation is insecure.", "SecurityError"); }
    };`,
  "lacks what is new or needs https": `
    for (const name of ["indexedDB", "BroadcastChannel", "Notification", "caches"]) delete globalThis[name];
    delete Intl.Segmenter;
    delete URL.parse;
    delete HTMLElement.prototype.togglePopover;
    delete Crypto.prototype.randomUUID;
    delete Crypto.prototype.subtle;
    for (const name of ["locks", "serviceWorker", "storage", "clipboard"]) delete Navigator.prototype[name];`,
};

it.each(Object.keys(RESTRICTIONS))("people sign in and chat in a browser that %s", async (restriction) => {
  const [user, bob] = await newGuests("Ada", "Bob");
  const ada = await openPage(browser, user);
  await ada.page.addInitScript(RESTRICTIONS[restriction] ?? "");
  await ada.page.goto(inject("url"));
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(ada.page, ada.name);
  await startChat(ada.page, bob.name);
  await send(ada.page, "Hello from pond.example: https://pond.example/");
  await waitUntilSent(ada.page, "Hello");
  await ada.page.reload();
  await composer(ada.page).waitFor();
  // Not in the list of chats, where the message is shown without links.
  const row = messageRow(ada.page, "Hello");
  await row.waitFor();
  expect(await row.count()).toBe(1);
  expect(await row.getByRole("link", { name: "https://pond.example/" }).count()).toBe(1);
  await closeAll(ada);
});
