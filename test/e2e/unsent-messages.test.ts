/** Messages that cannot be sent at once: they wait, survive a reload, and are sent once, in order. */
import { describe, expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  controlThreadConnections,
  messageRow,
  newGuests,
  openPage,
  openThread,
  refuseMessage,
  send,
  startChatAlone,
  storedUnsent,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

/** A direct chat with one message, in which Ada's connection can be cut. */
async function startInterruptibleChat() {
  const [user, bob] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(user, bob);
  await writeMessages(user, threadId, ["first"]);
  const ada = await openPage(browser, user);
  const connections = await controlThreadConnections(ada.page);
  await openThread(ada, threadId);
  await waitUntilSent(ada.page, "first");
  return { ada, bob, threadId, connections };
}

describe("an unsent message", () => {
  it("waits while the network is down, and is sent when it is back", async () => {
    const { ada } = await startChatAlone(browser);
    await send(ada.page, "first");
    await waitUntilSent(ada.page, "first");
    await ada.context.setOffline(true);
    await send(ada.page, "while offline");
    expect(await messageRow(ada.page, "while offline").getAttribute("data-state")).toBe("pending");
    await ada.context.setOffline(false);
    await waitUntilSent(ada.page, "while offline");
    expect(await messageRow(ada.page, "while offline").count()).toBe(1);
    await closeAll(ada);
  });

  it("survives a reload, and is sent once, in order", async () => {
    const { ada, bob: user, threadId, connections } = await startInterruptibleChat();
    await connections.cut();
    await send(ada.page, "second, unsent");
    await send(ada.page, "third, unsent");
    await expect.poll(() => storedUnsent(ada.page)).toBe(2);
    await ada.page.reload();
    await composer(ada.page).waitFor();
    await connections.restore();
    for (const text of ["second, unsent", "third, unsent"]) await waitUntilSent(ada.page, text);
    const bob = await openPage(browser, user);
    await openThread(bob, threadId);
    await expect
      .poll(() => bob.page.locator("[data-state] .message-body").allTextContents())
      .toEqual(["first", "second, unsent", "third, unsent"]);
    await closeAll(ada, bob);
  });

  it("survives a reload also after the browser has cleared the page's storage", async () => {
    const { ada, connections } = await startInterruptibleChat();
    const devTools = await ada.context.newCDPSession(ada.page);
    await devTools.send("Storage.clearDataForOrigin", {
      origin: new URL(ada.page.url()).origin,
      storageTypes: "indexeddb",
    });
    await connections.cut();
    await send(ada.page, "second, unsent");
    // The database is created again for this message.
    await expect.poll(() => storedUnsent(ada.page)).toBe(1);
    await ada.page.reload();
    await composer(ada.page).waitFor();
    await connections.restore();
    await waitUntilSent(ada.page, "second, unsent");
    await closeAll(ada);
  });

  it("that the server refused can be retried", async () => {
    const [user, bob] = await newGuests("Ada", "Bob");
    const ada = await openPage(browser, user);
    // As from a server in trouble.
    await refuseMessage(ada.page, "please", 1);
    await openThread(ada, await newDirectThread(ada, bob));
    await send(ada.page, "please");
    await expect.poll(() => messageRow(ada.page, "please").getAttribute("data-state")).toBe("failed");
    await ada.page.getByRole("button", { name: "Retry" }).click();
    await waitUntilSent(ada.page, "please");
    await closeAll(ada);
  });
});
