/** Edits, deletions and reactions that cannot be sent at once: each says that it waits, survives a reload, and is sent once. */
import { expect, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  addMessages,
  callThreadApi,
  closeAll,
  composer,
  controlThreadConnections,
  messageRowBySeq,
  newGuests,
  openMessageMenu,
  openPage,
  openThread,
  send,
  stopClock,
  storedUnsent,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

/** A direct chat with these messages of Ada's, whose connection to it can be cut. */
async function startInterruptibleChat(...texts: string[]) {
  const [user, bob] = await newGuests("Ada", "Bob");
  const threadId = await newDirectThread(user, bob);
  await writeMessages(user, threadId, texts);
  const ada = await openPage(browser, user);
  const connections = await controlThreadConnections(ada.page);
  await openThread(ada, threadId);
  for (const text of texts) await waitUntilSent(ada.page, text);
  return { ada, bob, threadId, connections };
}

async function edit(page: Parameters<typeof openMessageMenu>[0], seq: number, text: string) {
  await (await openMessageMenu(page, seq)).getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Edit message").fill(text);
  await page.getByRole("button", { name: "Save" }).click();
}

it("wait on their rows, and reach the others after a reload", async () => {
  const chat = await startInterruptibleChat("Tea?", "Or coffee?", "Never mind");
  const { ada, threadId, connections } = chat;
  await connections.cut();
  const row = (seq: number) => messageRowBySeq(ada.page, seq);
  await edit(ada.page, 1, "Green tea?");
  await row(1).getByText("Edit not sent yet").waitFor();
  await row(1).getByText("Green tea?").waitFor();
  await (await openMessageMenu(ada.page, 2)).getByRole("button", { name: "React with 👍" }).click();
  await row(2).getByText("👍 not sent yet").waitFor();
  await row(2).getByRole("button", { name: "👍 1", pressed: true }).waitFor();
  await ada.page.clock.install();
  await (await openMessageMenu(ada.page, 3)).getByRole("button", { name: "Delete" }).click();
  // Until it can no longer be undone.
  await ada.page.clock.fastForward(10_000);
  await row(3).getByText("Deletion not sent yet").waitFor();

  await expect.poll(() => storedUnsent(ada.page)).toBe(3);
  await ada.page.reload();
  await composer(ada.page).waitFor();
  await connections.restore();
  const bob = await openPage(browser, chat.bob);
  await openThread(bob, threadId);
  for (const { page } of [ada, bob]) {
    await messageRowBySeq(page, 1).getByText("Green tea?").waitFor();
    await messageRowBySeq(page, 2).getByRole("button", { name: "👍 1" }).waitFor();
    await messageRowBySeq(page, 3).getByText("Message deleted").waitFor();
    await expect.poll(() => page.getByText("not sent yet").count()).toBe(0);
  }
  await closeAll(ada, bob);
});

it("say why they are refused, after a reload too, until they are discarded", async () => {
  const { ada, connections } = await startInterruptibleChat("Tea?");
  await connections.cut();
  await edit(ada.page, 1, "Green tea?");
  await messageRowBySeq(ada.page, 1).getByText("Edit not sent yet").waitFor();
  await expect.poll(() => storedUnsent(ada.page)).toBe(1);
  expect(await callThreadApi(ada.page, "DELETE", "/messages/1")).toBe(204);
  await ada.page.reload();
  await composer(ada.page).waitFor();
  await connections.restore();
  const refusal = messageRowBySeq(ada.page, 1).getByRole("alert");
  await refusal.getByText(/^Not edited: /).waitFor();
  await ada.page.reload();
  await refusal.getByText(/^Not edited: /).waitFor();
  await refusal.getByText("Green tea?").waitFor();
  // The time in which it can be undone does not pass.
  await stopClock(ada.page);
  await refusal.getByRole("button", { name: "Discard" }).click();
  await ada.page.getByRole("status").getByText("Change discarded").waitFor();
  await refusal.waitFor({ state: "detached" });
  await ada.page.getByRole("button", { name: "Undo" }).click();
  await refusal.getByText("Green tea?").waitFor();
  await refusal.getByRole("button", { name: "Discard" }).click();
  await refusal.waitFor({ state: "detached" });
  await ada.page.clock.fastForward(10_000);
  await expect.poll(() => storedUnsent(ada.page)).toBe(0);
  await ada.page.clock.resume();
  await ada.page.reload();
  await messageRowBySeq(ada.page, 1).getByText("Message deleted").waitFor();
  expect(await refusal.count()).toBe(0);
  await closeAll(ada);
});

it("that were half written when their message was deleted are refused, and keep their text", async () => {
  const { ada } = await startInterruptibleChat("Tea?", "Coffee?");
  for (const [seq, text] of [
    [1, "Green tea?"],
    [2, "Coffee?"],
  ] as const) {
    await (await openMessageMenu(ada.page, seq)).getByRole("button", { name: "Edit" }).click();
    await messageRowBySeq(ada.page, seq).getByLabel("Edit message").fill(text);
    expect(await callThreadApi(ada.page, "DELETE", `/messages/${seq}`)).toBe(204);
    await messageRowBySeq(ada.page, seq).getByText("Message deleted").waitFor();
  }
  await messageRowBySeq(ada.page, 1).getByRole("alert").getByText("Green tea?").waitFor();
  await send(ada.page, "Never mind");
  await waitUntilSent(ada.page, "Never mind");
  // The other one had not been changed.
  await expect.poll(() => messageRowBySeq(ada.page, 2).getByRole("alert").count()).toBe(0);
  await expect.poll(() => ada.page.getByLabel("Edit message").count()).toBe(0);
  await closeAll(ada);
});

it("say why they are refused where their message is not loaded", async () => {
  const { ada, threadId, connections } = await startInterruptibleChat("Tea?");
  await connections.cut();
  await edit(ada.page, 1, "Green tea?");
  await messageRowBySeq(ada.page, 1).getByText("Edit not sent yet").waitFor();
  await expect.poll(() => storedUnsent(ada.page)).toBe(1);
  expect(await callThreadApi(ada.page, "DELETE", "/messages/1")).toBe(204);
  await addMessages(ada, threadId, 60);
  await ada.page.reload();
  await composer(ada.page).waitFor();
  await connections.restore();
  const refusal = ada.page.getByRole("alert").filter({ hasText: "Not edited, an earlier message: " });
  await refusal.getByText("Green tea?").waitFor();
  await stopClock(ada.page);
  await refusal.getByRole("button", { name: "Discard" }).click();
  await refusal.waitFor({ state: "detached" });
  await ada.page.getByRole("button", { name: "Undo" }).click();
  await refusal.waitFor();
  await closeAll(ada);
});

it("that cancel out are sent as the last of them", async () => {
  const { ada, connections } = await startInterruptibleChat("Tea?");
  await connections.cut();
  const react = async () =>
    (await openMessageMenu(ada.page, 1)).getByRole("button", { name: "React with 👍" }).click();
  await react();
  await messageRowBySeq(ada.page, 1).getByText("👍 not sent yet").waitFor();
  await react();
  await messageRowBySeq(ada.page, 1).getByText("👍 not removed yet").waitFor();
  const unsent = ada.page.getByText(/not (sent|removed) yet/);
  await expect.poll(() => unsent.count()).toBe(1);
  await connections.restore();
  await expect.poll(() => unsent.count()).toBe(0);
  await expect.poll(() => messageRowBySeq(ada.page, 1).getByRole("button", { name: "👍 1" }).count()).toBe(0);
  await closeAll(ada);
});
