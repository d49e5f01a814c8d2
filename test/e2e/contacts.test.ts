/** Who comes to the user only if they want it: requests, blocks, hidden chats and invitation links on the page. */
import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import { openElement } from "./element.ts";
import { showAsRequest, stopUndo } from "./message-request.ts";
import {
  closeAll,
  composer,
  detailsDialog,
  messageRow,
  newGuests,
  openDetails,
  openPage,
  openThread,
  send,
  startGroupAlone,
  uniqueName,
  unreadBadge,
  waitUntilSent,
} from "./page.ts";
import { newDirectThread, newGuest, person, writeMessages } from "./people.ts";

const browser = await sharedBrowser();

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

it("whoever left a group is asked, and answers in one tap that can be undone", async () => {
  const { ada, bob: known, threadId } = await startGroupAlone(browser);
  const bob = await openPage(browser, known);
  await openThread(bob, threadId);
  await openDetails(bob.page);
  await detailsDialog(bob.page).getByRole("button", { name: "Leave chat" }).click();
  await bob.page
    .getByRole("dialog", { name: "Leave this chat?" })
    .getByRole("button", { name: "Leave" })
    .click();
  await bob.page.getByText("No chats yet.", { exact: false }).waitFor();

  await openDetails(ada.page);
  const details = detailsDialog(ada.page);
  await details.getByText("2 members").waitFor();
  await button(ada.page, "Add people").click();
  await ada.page.getByLabel("Find people").fill(bob.name.slice(0, -2));
  await details.getByText(bob.name, { exact: true }).click();
  await details.getByRole("button", { name: "Add", exact: true }).click();
  await details.getByText(/^Invited: .*Bob.*\. They are members once they accept\.$/).waitFor();
  await details.getByRole("button", { name: "Pending invitations" }).click();
  await ada.page.getByRole("dialog", { name: "Pending invitations" }).getByText(bob.name).waitFor();

  // A quiet count of its own: nothing on the badge.
  await button(bob.page, /^Requests\s*1/).click();
  await bob.page.getByText(/Invited by .*Ada.* · 2 members/).waitFor();
  expect(await unreadBadge(bob.page).count()).toBe(0);
  await button(bob.page, /^Decline/).click();
  await bob.page.getByText("Request declined").waitFor();
  await button(bob.page, "Undo").click();
  await button(bob.page, /^Requests\s*1/).waitFor();
  await button(bob.page, /^Accept/).click();
  await stopUndo(bob.page);
  await bob.page.getByRole("link", { name: new RegExp(ada.name) }).click();
  await composer(bob.page).waitFor();
  await details.getByText("3 members").waitFor();
  await closeAll(ada, bob);
});

it("a message request is in a list of its own, and is answered there or in the chat itself", async () => {
  const [user, bob] = await newGuests("Ada", "Bob");
  const id = await newDirectThread(bob, user);
  await writeMessages(bob, id, ["Hello, stranger"]);
  const ada = await openPage(browser, user);
  const { answers } = await showAsRequest(ada.page, id, { id: "bob", name: bob.name });
  await ada.page.goto(`${inject("url")}/chat`);
  await button(ada.page, /^Requests\s*1/).click();
  const requests = ada.page.getByRole("region", { name: "Requests" });
  await requests.getByText("Hello, stranger").waitFor();
  expect(await requests.getByText(bob.name).count()).toBe(1);
  await requests.getByRole("button", { name: /^Decline/ }).click();
  await ada.page.getByText("Request declined").waitFor();
  await button(ada.page, "Undo").click();

  await requests.getByRole("link", { name: bob.name }).click();
  await messageRow(ada.page, "Hello, stranger").waitFor();
  const bar = ada.page.getByRole("region", { name: "Message request" });
  await bar.getByText("They do not see that you read this.", { exact: false }).waitFor();
  expect(answers).toEqual([]);
  await bar.getByRole("button", { name: /^Accept/ }).click();
  await ada.page.getByText("Request accepted").waitFor();
  await stopUndo(ada.page);
  await expect.poll(() => answers).toEqual(["accept"]);
  await writeMessages(bob, id, ["Good to see you"]);
  await ada.page.getByRole("link", { name: /Good to see you/ }).waitFor();
  await expect.poll(() => requests.count()).toBe(0);
  await closeAll(ada);
});

it("the widget has the same list of requests", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const created = await bob.call("POST", "/api/threads", { kind: "direct", memberIds: [ada.id] });
  const { id } = (await created.json()) as { id: string };
  await bob.call("POST", `/api/threads/${id}/messages`, { body: "Hello, stranger" });
  let answers: string[] = [];
  const { page, close } = await openElement(
    browser,
    `<lilypad-chat token-url="/chat-token"></lilypad-chat>`,
    {
      user: ada,
      prepare: async (opened) => {
        ({ answers } = await showAsRequest(opened, id, { id: bob.id, name: "Bob" }));
      },
    },
  );
  await button(page, /^Requests\s*1/).click();
  const requests = page.getByRole("region", { name: "Requests" });
  await requests.getByText("Hello, stranger").waitFor();
  await requests.getByRole("button", { name: "Bob", exact: true }).click();
  const bar = page.getByRole("region", { name: "Message request" });
  await bar.getByRole("button", { name: /^Accept/ }).waitFor();
  await expectAccessible(page);
  await bar.getByRole("button", { name: /^Decline/ }).click();
  await page.getByText("Request declined").waitFor();
  await stopUndo(page);
  await expect.poll(() => answers).toEqual(["decline"]);
  await close();
});

it("a blocked person's messages are folded in groups, and neither writes to the other", async () => {
  const { ada, bob: known, threadId } = await startGroupAlone(browser);
  await send(ada.page, "What a pond");
  const bob = await openPage(browser, known);
  await openThread(bob, threadId);
  await messageRow(bob.page, "What a pond").waitFor();
  await openDetails(bob.page);
  await detailsDialog(bob.page)
    .getByRole("button", { name: new RegExp(`^Actions for .*${ada.name}`) })
    .click();
  await button(bob.page, "Block").click();
  await detailsDialog(bob.page).getByText("Owner · here · blocked").waitFor();
  await detailsDialog(bob.page).getByRole("button", { name: "Close" }).click();
  await bob.page.getByText("From somebody you blocked.").waitFor();
  expect(await messageRow(bob.page, "What a pond").count()).toBe(0);
  await button(bob.page, "Show").click();
  await messageRow(bob.page, "What a pond").waitFor();

  await button(bob.page, "More").click();
  await button(bob.page, "Privacy").click();
  const privacy = bob.page.getByRole("dialog", { name: "Privacy" });
  await privacy.getByRole("button", { name: /^Unblock .*Ada/ }).click();
  await privacy.getByText("You have blocked nobody.").waitFor();
  await privacy.getByRole("button", { name: "Close" }).click();
  await expect.poll(() => bob.page.getByText("From somebody you blocked.").count()).toBe(0);

  // A direct chat: blocked, then hidden until the next message.
  await openThread(ada, await newDirectThread(ada, bob));
  await send(ada.page, "Only you");
  await waitUntilSent(ada.page, "Only you");
  await bob.page.getByRole("link", { name: /Only you/ }).click();
  await openDetails(bob.page);
  await button(bob.page, /^Block .*Ada/).click();
  await detailsDialog(bob.page).getByText("Neither of you can write here", { exact: false }).waitFor();
  await bob.page.getByText("You have blocked this person.").waitFor();
  expect(await composer(bob.page).isDisabled()).toBe(true);
  await button(bob.page, /^Unblock .*Ada/).click();
  await expect.poll(() => composer(bob.page).isDisabled()).toBe(false);
  await button(bob.page, "Hide chat until the next message").click();
  await bob.page.waitForURL(/\/chat$/);
  await expect.poll(() => bob.page.getByRole("link", { name: /Only you/ }).count()).toBe(0);
  await send(ada.page, "Still there?");
  await bob.page.getByRole("link", { name: /Still there\?/ }).waitFor();
  await closeAll(ada, bob);
});

it("a link that a moderator makes lets somebody in, as often as it says", async () => {
  const { ada } = await startGroupAlone(browser);
  await openDetails(ada.page);
  await button(ada.page, "Invitation links").click();
  const links = ada.page.getByRole("dialog", { name: "Invitation links" });
  await links.getByRole("button", { name: "Create link" }).click();
  const url = await links.getByLabel(/^Copy it now/).inputValue();
  expect(url).toMatch(new RegExp(`^${inject("url")}/join#[\\w-]{40,}$`));
  await links.getByText("Link 1: used 0 times of 1").waitFor();

  const [dan, eve] = [
    await openPage(browser, await newGuest(uniqueName("Dan"))),
    await openPage(browser, await newGuest(uniqueName("Eve"))),
  ];
  await dan.page.goto(url);
  await button(dan.page, "Join chat").click();
  await composer(dan.page).waitFor();
  await send(dan.page, "Here I am");
  await messageRow(ada.page, "Here I am").waitFor();

  await eve.page.goto(url);
  await button(eve.page, "Join chat").click();
  await eve.page.getByText("This link does not work any more.", { exact: false }).waitFor();
  await closeAll(ada, dan, eve);
});
