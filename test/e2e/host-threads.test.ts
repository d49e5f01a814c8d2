/** A thread that the host's server made by its key, and what it says there, on the page. */
import { expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  closeAll,
  composer,
  detailsDialog,
  messageRow,
  messageRowBySeq,
  openDetails,
  openPage,
  send,
  uniqueName,
  waitUntilSent,
} from "./page.ts";
import { callAsHost, newGuest } from "./people.ts";

const browser = await sharedBrowser();

it("opens by its key, draws the system's messages apart, and is left from there", async () => {
  const user = await newGuest(uniqueName("Ada"));
  const key = `key:order/${crypto.randomUUID()}`;
  const path = `/api/threads/${encodeURIComponent(key)}`;
  const made = await callAsHost("PUT", path, {
    kind: "group",
    name: "Order 123",
    members: [{ id: user.id }],
  });
  expect(made.status).toBe(201);
  await callAsHost("POST", `${path}/messages`, { body: "Your order was sent." });

  const ada = await openPage(browser, user);
  const { page } = ada;
  await page.goto(`${inject("url")}/chat/${encodeURIComponent(key)}`);
  const notice = messageRow(page, "Your order was sent.");
  await notice.getByText("System", { exact: true }).waitFor();
  expect(await notice.locator(".avatar").count()).toBe(0);
  await composer(page).waitFor();
  await send(page, "Thank you");
  await waitUntilSent(page, "Thank you");
  // In the middle with its menu, unlike what people say.
  const centre = async (seq: number) => {
    const box = await messageRowBySeq(page, seq).locator(".message-body").boundingBox();
    return box ? box.x + box.width / 2 : NaN;
  };
  const list = await page.locator(".message-list-scroller").boundingBox();
  const middle = list ? list.x + list.width / 2 : NaN;
  expect(Math.abs((await centre(1)) - middle)).toBeLessThan(60);
  expect(Math.abs((await centre(2)) - middle)).toBeGreaterThan(100);

  await openDetails(page);
  await detailsDialog(page).getByRole("button", { name: "Leave chat" }).click();
  await page
    .getByRole("dialog", { name: "Leave this chat?" })
    .getByRole("button", { name: "Leave", exact: true })
    .click();
  await expect.poll(() => new URL(page.url()).pathname).toBe("/chat");
  await closeAll(ada);
});
