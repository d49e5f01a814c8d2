/** Consent in the React components: requests, blocks, hiding and leaving, and reports. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { sharedBrowser } from "./browser.ts";
import { callAsHost, newGroup, newKeyedGroup, person, type Person } from "./people.ts";
import { showAsRequest, stopUndo } from "./message-request.ts";
import { bodies, closeChat, field, messages, openChat } from "./react-page.ts";

const browser = await sharedBrowser();

/** A group into which one is invited who has left it. */
async function invitedTo(name: string, owner: Person, invited: Person): Promise<string> {
  const thread = await newGroup(owner, invited);
  await owner.call("PATCH", `/api/threads/${thread}`, { name });
  await owner.call("POST", `/api/threads/${thread}/messages`, { body: `Welcome to ${name}` });
  await invited.call("DELETE", `/api/threads/${thread}/members/${invited.id}`);
  await owner.call("PUT", `/api/threads/${thread}/members/${invited.id}`);
  return thread;
}

/** The next POST to a path fails, with these words of the server. */
async function failOnce(page: Page, path: string, words: string): Promise<void> {
  let hasFailed = false;
  await page.route(path, (route) => {
    // The browser asks first whether it may.
    if (hasFailed || route.request().method() !== "POST") return route.continue();
    hasFailed = true;
    return route.fulfill({
      status: 403,
      headers: { "access-control-allow-origin": "*" },
      json: { code: "forbidden", detail: words },
    });
  });
}

/** What is logged besides the answer that was made to fail. */
const unexpected = (problems: readonly string[]) => problems.filter((one) => !one.includes("403"));

it("requests are answered in one tap each, which can be taken back, and a failure is said", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const pond = await invitedTo("Pond", ada, bob);
  await invitedTo("Reeds", ada, bob);
  await invitedTo("Lilies", ada, bob);
  const opened = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.id] });
  const { id: direct } = (await opened.json()) as { id: string };
  const { page, problems } = await openChat(browser, bob, direct, {
    app: `function App() {
      const [open, setOpen] = useState();
      return <>
        <Requests onAccept={({ id }) => setOpen(id)} />
        <button onClick={() => setOpen(thread)}>Direct</button>
        {open && <Thread thread={open} />}
      </>;
    }`,
  });
  const requests = page.getByRole("region", { name: "Requests" });
  const press = (name: RegExp) => requests.getByRole("button", { name }).first();
  await expect.poll(() => requests.getByRole("listitem").count()).toBe(3);
  await expect
    .poll(() => requests.getByRole("listitem").filter({ hasText: "Reeds" }).textContent())
    .toMatch(/Invited by .*Ada.* · 1 member/);

  await expectAccessible(page);
  // What is declined goes at once, and is back where that is taken back or fails.
  await failOnce(page, "**/decline", "Not so fast.");
  await press(/^Decline: .*Reeds/).focus();
  await page.keyboard.press("Enter");
  await requests.getByText("Request declined").waitFor();
  await expect.poll(() => requests.getByRole("listitem").count()).toBe(2);
  await page.keyboard.press("Enter");
  await expect.poll(() => requests.getByRole("listitem").count()).toBe(3);
  await press(/^Decline: .*Reeds/).click();
  await stopUndo(page);
  await requests.getByRole("alert").getByText("Not so fast.").waitFor();
  await press(/^Decline: .*Reeds/).click();
  await stopUndo(page);
  await expect.poll(() => requests.getByRole("listitem").count()).toBe(2);

  await press(/^Accept: .*Pond/).click();
  await page.getByRole("heading", { name: "Pond" }).waitFor();
  await expect.poll(() => bodies(page)).toEqual(["Welcome to Pond"]);
  const joined = await ada.call("GET", `/api/threads/${pond}`);
  expect(((await joined.json()) as { memberCount: number }).memberCount).toBe(2);

  await press(/^Block .*Ada/).click();
  await requests.getByText("Person blocked").waitFor();
  await stopUndo(page);
  await expect.poll(() => requests.count()).toBe(0);
  await page.getByText("From somebody you blocked.").waitFor();
  const answer = await bob.call("GET", "/api/blocks");
  const { blocks } = (await answer.json()) as { blocks: { user: { id: string } }[] };
  expect(blocks.map(({ user }) => user.id)).toEqual([ada.id]);
  await page.getByRole("button", { name: "Direct" }).click();
  await page.getByText("You have blocked this person.").waitFor();
  expect(unexpected(problems)).toEqual([]);
  await closeChat(page);
});

it("a message is reported, and those of blocked people are folded where it is known who is", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const key = `pond-${crypto.randomUUID()}`;
  const thread = `key:${key}`;
  const path = `/api/threads/${encodeURIComponent(thread)}`;
  await newKeyedGroup(key, ada, bob);
  await callAsHost("PATCH", path, { topic: "Water lilies" });
  await bob.call("POST", `${path}/messages`, { body: "Buy frogs" });
  await ada.call("POST", `${path}/messages`, { body: "No" });
  await ada.call("PUT", `/api/blocks/${bob.id}`);

  const sockets: string[] = [];
  const { page, problems } = await openChat(browser, ada, thread, {
    app: `function App() {
      const [online, setOnline] = useState(false);
      return <>
        <button onClick={() => setOnline(!online)}>Toggle</button>{online && <BlockedPeople />}<Thread thread={thread} />
      </>;
    }`,
    onPage: (opened) => opened.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname)),
  });
  await expect.poll(() => bodies(page)).toEqual(["Buy frogs", "No"]);
  await page.getByText("2 members · Water lilies").waitFor();

  const menu = page.getByRole("dialog", { name: "Message actions" });
  const openMenu = async (index: number) => {
    await messages(page).nth(index).hover();
    await messages(page).nth(index).getByRole("button", { name: "Message actions" }).click();
  };
  await openMenu(1);
  expect(await menu.getByRole("button", { name: "Report…" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await failOnce(page, "**/reports", "Not so fast.");
  await openMenu(0);
  await menu.getByRole("button", { name: "Report…" }).click();
  const reason = menu.getByRole("button", { name: "Spam or advertising" });
  await menu.getByLabel("More about it").fill("Third time today");
  await reason.click();
  await menu.getByRole("alert").getByText("Not so fast.").waitFor();
  await reason.click();
  await menu.getByRole("status").getByText("The message was reported.").waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => menu.count()).toBe(0);
  const answer = await callAsHost("GET", `${path}/reports`);
  const { reports } = (await answer.json()) as { reports: { seq: number; reason: string; note: string }[] };
  expect(reports.map(({ seq, reason: given, note }) => [seq, given, note])).toEqual([
    [1, "Spam or advertising", "Third time today"],
  ]);

  // Nothing has gone online for it, and what is learned by what does go online stays known.
  expect(sockets.filter((one) => one.includes("/presence/"))).toEqual([]);
  const folded = page.getByText("From somebody you blocked.");
  const toggle = page.getByRole("button", { name: "Toggle" });
  await toggle.click();
  await folded.waitFor();
  await expect.poll(() => bodies(page)).toEqual(["No"]);
  await page.getByRole("button", { name: "Show" }).click();
  await expect.poll(() => bodies(page)).toEqual(["Buy frogs", "No"]);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-seq"))).toBe("1");
  await toggle.click();
  await bob.call("POST", `${path}/messages`, { body: "Or toads" });
  await folded.waitFor();
  await toggle.click();
  const blocked = page.getByRole("region", { name: "Blocked people" });
  await blocked.getByRole("button", { name: /^Unblock .*Bob/ }).click();
  await blocked.getByText("You have blocked nobody.").waitFor();
  await expect.poll(() => bodies(page)).toEqual(["Buy frogs", "No", "Or toads"]);
  expect(unexpected(problems)).toEqual([]);
  await closeChat(page);
});

/** The direct thread of two, with a message of the first. */
async function directThread(from: Person, to: Person): Promise<string> {
  const opened = await from.call("POST", "/api/threads", { kind: "direct", memberIds: [to.id] });
  const { id } = (await opened.json()) as { id: string };
  await from.call("POST", `/api/threads/${id}/messages`, { body: "Hello, stranger" });
  return id;
}

it("a thread that is a message request asks in the thread itself, without going online", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await directThread(bob, ada);
  const sockets: string[] = [];
  let answers: string[] = [];
  const { page, problems } = await openChat(browser, ada, thread, {
    app: `function App() {
      const [left, setLeft] = useState(0);
      return <><p>Left {left} times</p><Thread thread={thread} onLeave={() => setLeft(left + 1)} /></>;
    }`,
    onPage: (opened) => opened.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname)),
    prepare: async (opened) => {
      ({ answers } = await showAsRequest(opened, thread, { id: bob.id, name: "Bob" }));
    },
  });
  const bar = page.getByRole("region", { name: "Message request" });
  await bar.getByText("They do not see that you read this.", { exact: false }).waitFor();
  await bar.getByRole("button", { name: /^Block .*Bob/ }).waitFor();
  await expectAccessible(page);
  await bar.getByRole("button", { name: /^Decline/ }).click();
  await bar.getByText("Request declined").waitFor();
  expect(await bar.getByRole("button", { name: /^Accept/ }).count()).toBe(0);
  await page.keyboard.press("Enter");
  await bar.getByRole("button", { name: /^Decline/ }).click();
  await stopUndo(page);
  await page.getByText("Left 1 times").waitFor();
  expect(answers).toEqual(["decline"]);
  expect(sockets.filter((one) => one.includes("/presence/"))).toEqual([]);
  expect(problems).toEqual([]);
  await closeChat(page);
});

it("an accepted message request is a thread, and a group that one is invited into asks in its place", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await directThread(bob, ada);
  await bob.call("POST", `/api/threads/${thread}/messages`, { body: "See https://pond.example" });
  const pond = await invitedTo("Pond", bob, ada);
  let answers: string[] = [];
  const { page } = await openChat(browser, ada, thread, {
    app: `function App() {
      const [open, setOpen] = useState(thread);
      const { requests } = useRequests();
      return <><button onClick={() => setOpen(${JSON.stringify(pond)})}>Pond, one of {requests.length}</button><Thread thread={open} /></>;
    }`,
    prepare: async (opened) => {
      ({ answers } = await showAsRequest(opened, thread, { id: bob.id, name: "Bob" }));
    },
  });
  const bar = page.getByRole("region", { name: "Message request" });
  // Whoever wrote it is a stranger.
  const link = page.getByRole("link", { name: "https://pond.example" });
  await page.getByText("See https://pond.example").waitFor();
  expect(await link.count()).toBe(0);
  await bar.getByRole("button", { name: /^Accept/ }).click();
  await expect.poll(() => bar.count()).toBe(0);
  expect(answers).toEqual(["accept"]);
  await link.waitFor();
  await field(page).fill("Hello yourself");
  await field(page).press("Enter");
  await expect
    .poll(() => bodies(page))
    .toEqual(["Hello, stranger", "See https://pond.example", "Hello yourself"]);

  await page.getByRole("button", { name: /^Pond, one of [12]$/ }).click();
  const invitation = page.getByRole("region", { name: "Invitation" });
  await invitation.getByText(/Bob.* invites you to .*Pond.*, with 1 member\./).waitFor();
  await invitation.getByRole("button", { name: /^Accept: .*Pond/ }).click();
  await expect.poll(() => bodies(page)).toEqual(["Welcome to Pond"]);
  await closeChat(page);
});

it("a direct thread is hidden and its other person blocked, and a group is left, after asking", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await directThread(bob, ada);
  const group = await newGroup(bob, ada);
  const { page, problems } = await openChat(browser, ada, thread, {
    app: `function App() {
      const [open, setOpen] = useState(thread);
      const { threads } = useThreads();
      return <>
        <p>{threads.length} listed</p>
        <Thread thread={open} onLeave={() => setOpen(${JSON.stringify(group)})} />
      </>;
    }`,
  });
  const details = page.getByRole("dialog", { name: "Details" });
  const openDetails = () => page.getByRole("button", { name: /: details$/ }).click();
  await page.getByText("2 listed").waitFor();
  await openDetails();
  await details.getByRole("button", { name: /^Block .*Bob/ }).click();
  await details.getByText("Neither of you can write here", { exact: false }).waitFor();
  await page.getByText("You have blocked this person.").waitFor();
  await details.getByRole("button", { name: /^Unblock .*Bob/ }).click();
  await expect.poll(() => field(page).isDisabled()).toBe(false);
  await details.getByRole("button", { name: "Hide chat until the next message" }).click();
  await page.getByText("1 listed").waitFor();
  await expect.poll(() => details.count()).toBe(0);

  await page.getByText("2 members").waitFor();
  await openDetails();
  await details.getByRole("button", { name: "Leave chat" }).click();
  const question = details.getByRole("form", { name: /^Leave this chat\?/ });
  await question.getByRole("button", { name: "Cancel" }).click();
  await details.getByRole("button", { name: "Leave chat" }).click();
  await question.getByRole("button", { name: "Leave chat" }).click();
  await page.getByText("0 listed").waitFor();
  await page.getByText("You are no longer in this chat.").waitFor();
  expect(problems).toEqual([]);
  await closeChat(page);
});
