/** The React components and hooks, in a browser, with each version of React that is supported. */
import type { createClient as CreateClient } from "../../src/client/client.ts";
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { createServer, type ThreadName } from "../../src/server/server.ts";
import { sharedBrowser } from "./browser.ts";
import { newGroup, person, type Person } from "./people.ts";
import { REACT_VERSIONS, type ReactVersion } from "./react-app.ts";
import { bodies, closeChat, field, messages, openChat } from "./react-page.ts";

const CLIENT = "../../dist/client/client.js";
const { createClient } = (await import(CLIENT)) as { createClient: typeof CreateClient };

const browser = await sharedBrowser();

async function pond() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newGroup(ada, bob);
  await ada.call("PATCH", `/api/threads/${thread}`, { name: "Pond" });
  return { ada, bob, thread, say: sayIn(thread) };
}

const sayIn =
  (thread: string) =>
  (author: Person, body: string, more: object = {}) =>
    author.call("POST", `/api/threads/${thread}/messages`, { body, ...more });

/** Another user in the thread, by the client. */
function enter(user: Person, thread: string) {
  const client = createClient({ url: inject("url"), getToken: () => user.token, outboxStorage: null });
  return { room: client.thread(thread), close: () => client.close() };
}

async function openMenu(page: Page, index: number): Promise<void> {
  await messages(page).nth(index).hover();
  await messages(page).nth(index).getByRole("button", { name: "Message actions" }).click();
}

describe.each(Object.keys(REACT_VERSIONS) as ReactVersion[])("in React %s, in StrictMode", (react) => {
  it("a thread shows its messages, receives and sends, and nothing is logged", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    const { page, problems } = await openChat(browser, ada, thread, { react });
    await expect.poll(() => bodies(page)).toEqual(["Hello"]);
    expect(await page.getByRole("heading").textContent()).toBe("Pond");
    await say(bob, "See https://example.com/pond");
    await page.getByRole("link", { name: "https://example.com/pond" }).waitFor();
    await field(page).fill("one");
    await field(page).press("Shift+Enter");
    await field(page).pressSequentially("two");
    await field(page).press("Enter");
    await expect.poll(() => bodies(page)).toEqual(["Hello", "See https://example.com/pond", "one\ntwo"]);
    expect(await field(page).inputValue()).toBe("");
    await expect.poll(() => page.locator(".lilypad-message-pending").count()).toBe(0);
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("a thread is left when it is taken away, and entered again when it is back", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    const { page, problems } = await openChat(browser, ada, thread, {
      react,
      app: `function App() {
        const [shown, setShown] = useState(true);
        return <><button onClick={() => setShown(!shown)}>Toggle</button>{shown && <Thread thread={thread} />}</>;
      }`,
    });
    const { room, close } = enter(bob, thread);
    const here = () => room.getSnapshot().onlineCount;
    await expect.poll(here).toBe(2);
    await page.getByRole("button", { name: "Toggle" }).click();
    await expect.poll(here).toBe(1);
    await page.getByRole("button", { name: "Toggle" }).click();
    await expect.poll(here).toBe(2);
    await expect.poll(() => bodies(page)).toEqual(["Hello"]);
    close();
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("the hooks show what is unread, who is online and who is typing", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Unread");
    const { page, problems } = await openChat(browser, ada, thread, {
      react,
      app: `function App() {
        const { threads, loaded } = useThreads();
        const people = usePresence([${JSON.stringify(bob.id)}]);
        const { connection } = useConnection();
        const typing = useTyping(thread);
        const { messages } = useThread(thread);
        return <main>{JSON.stringify([connection, loaded, threads.map(({ name, unread }) => [name, unread]), useUnread(),
          people[${JSON.stringify(bob.id)}]?.status ?? null, typing.map(({ name }) => name), messages.length])}</main>;
      }`,
    });
    const shown = async () => JSON.parse((await page.locator("main").textContent()) ?? "") as unknown;
    await expect.poll(shown).toEqual(["open", true, [["Pond", 1]], 1, "offline", [], 1]);
    const client = createClient({ url: inject("url"), getToken: () => bob.token, outboxStorage: null });
    client.presence();
    const room = client.thread(thread);
    await expect.poll(() => room.getSnapshot().connection).toBe("open");
    room.typing();
    await expect.poll(shown).toEqual(["open", true, [["Pond", 1]], 1, "online", ["Bob"], 1]);
    client.close();
    expect(problems).toEqual([]);
    await closeChat(page);
  });
});

describe("a list of messages", () => {
  it("renders a message when it comes or changes, and none while somebody types", async () => {
    const { ada, bob, thread, say } = await pond();
    for (const body of ["one", "two", "three"]) await say(bob, body);
    const { page } = await openChat(browser, ada, thread, {
      app: `window.rendered = [];
      const components = { Message: ({ row }) => { window.rendered.push(row.body); return <p className="lilypad-bubble">{row.body}</p>; } };
      function App() { return <Thread thread={thread} components={components} />; }`,
    });
    const rendered = () =>
      page.evaluate(() => [...new Set((globalThis as { rendered?: string[] }).rendered?.splice(0))]);
    await expect.poll(() => bodies(page)).toEqual(["one", "two", "three"]);
    await page.getByText("2 members").waitFor();
    await rendered();
    const { room, close } = enter(bob, thread);
    await expect.poll(() => room.getSnapshot().connection).toBe("open");
    room.typing();
    await page.getByText("Bob is typing…").waitFor();
    expect(await rendered()).toEqual([]);
    await say(bob, "four");
    await expect.poll(() => bodies(page)).toEqual(["one", "two", "three", "four"]);
    expect(await rendered()).toEqual(["four"]);
    await bob.call("PATCH", `/api/threads/${thread}/messages/2`, { body: "two!" });
    await expect.poll(() => bodies(page)).toEqual(["one", "two!", "three", "four"]);
    expect(await rendered()).toEqual(["two!"]);
    close();
    await closeChat(page);
  });

  it("draws who wrote what, deletions, edits, reactions and replies", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    await say(bob, "Gone");
    await say(ada, "My own", { replyTo: 1 });
    await bob.call("DELETE", `/api/threads/${thread}/messages/2`);
    await bob.call("PATCH", `/api/threads/${thread}/messages/1`, { body: "Hello!" });
    await bob.call("PUT", `/api/threads/${thread}/messages/3/reactions/${encodeURIComponent("🐸")}`);
    const { page } = await openChat(browser, ada, thread);
    await expect.poll(() => bodies(page)).toEqual(["Hello! (edited)", "Message deleted", "My own"]);
    const drawn = await messages(page).evaluateAll((all) => all.map(({ className }) => className));
    expect(
      drawn.map((name) => name.replaceAll("lilypad-message", "").trim().replaceAll(/\s+/g, " ")),
    ).toEqual(["-other -first", "-other -deleted", "-own -first"]);
    expect(await page.getByText("Bob", { exact: true }).count()).toBe(2);
    await page.getByRole("button", { name: /^In reply to Bob Hello!$/ }).click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-seq"))).toBe("1");
    const frog = page.getByRole("button", { name: "🐸 1" });
    expect(await frog.getAttribute("aria-pressed")).toBe("false");
    await frog.click();
    await page.getByRole("button", { name: "🐸 2", pressed: true }).click();
    await page.getByRole("button", { name: "🐸 1", pressed: false }).waitFor();
    await closeChat(page);
  });

  it("draws what the host's server says apart, and names a thread by the host's key", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const host = createServer({ url: inject("url"), secret: inject("serverSecret") });
    const key: ThreadName = `key:order-${crypto.randomUUID()}`;
    await host.thread(key).put({ kind: "group", name: "Order", members: [{ id: ada.id }, { id: bob.id }] });
    await host.thread(key).sendMessage({ body: "Your order was sent." });
    const { page, problems } = await openChat(browser, ada, key, {
      app: `function App() { return <><p id="unread">{useUnread()}</p><Thread thread={thread} /></>; }`,
    });
    const said = page.locator(".lilypad-message-system");
    await said.getByText("Your order was sent.").waitFor();
    expect(await said.getByRole("button").count()).toBe(0);
    await field(page).fill("Thank you");
    await field(page).press("Enter");
    await expect.poll(() => bodies(page)).toEqual(["Your order was sent.", "Thank you"]);
    await expect.poll(() => page.locator("#unread").textContent()).toBe("0");
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("loads older messages when it is scrolled up, and what is read stays where it is", async () => {
    const { ada, thread } = await pond();
    const { room, close } = enter(ada, thread);
    // Each is stored before the next, so that none is over the rate.
    for (let no = 1; no <= 120; no++) await room.send(`message ${no}`);
    close();
    const { page } = await openChat(browser, ada, thread);
    await page.getByText("message 120", { exact: true }).waitFor();
    const first = page.getByText("message 71", { exact: true });
    await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
    await first.waitFor();
    await expect.poll(() => page.getByText("message 70", { exact: true }).count()).toBe(1);
    const box = await first.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(720);
    await expect
      .poll(async () => {
        await page.getByRole("log").evaluate((log) => log.scrollTo(0, 0));
        return page.getByText("message 1", { exact: true }).count();
      })
      .toBe(1);
    await page.getByText("This is where it began.").waitFor();
    await closeChat(page);
  });

  it("opens at the first unread message, and marks as read what was seen", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(ada, "read");
    await say(bob, "unread");
    const { page } = await openChat(browser, ada, thread, {
      app: `function App() { return <><p id="unread">{useUnread()}</p><Thread thread={thread} /></>; }`,
    });
    await page.getByText("New messages").waitFor();
    await expect
      .poll(async () => {
        const response = await ada.call("GET", `/api/threads/${thread}`);
        return ((await response.json()) as { you: { readSeq: number } }).you.readSeq;
      })
      .toBe(2);
    await expect.poll(() => page.locator("#unread").textContent()).toBe("0");
    await closeChat(page);
  });
});

describe("what a user does to a message", () => {
  it("is in its menu: react, reply, edit, and delete after a question", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    await say(ada, "Mine");
    const { page, problems } = await openChat(browser, ada, thread);
    await expect.poll(() => bodies(page)).toEqual(["Hello", "Mine"]);

    await openMenu(page, 0);
    const menu = page.getByRole("dialog", { name: "Message actions" });
    expect(await menu.getByRole("button", { name: "Edit" }).count()).toBe(0);
    await menu.getByRole("button", { name: "React with 🎉" }).click();
    await page.getByRole("button", { name: "🎉 1", pressed: true }).waitFor();

    await openMenu(page, 0);
    await menu.getByRole("button", { name: "Reply" }).click();
    await page.getByText("Replying to").waitFor({ state: "attached" });
    await page.keyboard.type("An answer");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "In reply to Bob Hello" }).waitFor();

    await openMenu(page, 1);
    await menu.getByRole("button", { name: "Edit" }).click();
    const editor = page.getByRole("textbox", { name: "Edit message" });
    await editor.fill("Mine, changed");
    await editor.press("Enter");
    await expect.poll(() => bodies(page)).toEqual(["Hello", "Mine, changed (edited)", "An answer"]);

    await openMenu(page, 1);
    await menu.getByRole("button", { name: "Delete" }).click();
    await menu.getByRole("button", { name: "Cancel" }).click();
    await openMenu(page, 1);
    await menu.getByRole("button", { name: "Delete" }).click();
    await menu.getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => bodies(page)).toEqual(["Hello", "Message deleted", "An answer"]);
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("closes its menu by Escape, and the focus is back on the button", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    const { page } = await openChat(browser, ada, thread);
    await messages(page).first().waitFor();
    await page.getByRole("button", { name: "Message actions" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "Message actions",
    );
    await closeChat(page);
  });
});

describe("a message that is not stored", () => {
  it("waits while the browser is offline, and is sent when it is back", async () => {
    const { ada, thread } = await pond();
    const { page } = await openChat(browser, ada, thread);
    await page.getByText("No messages yet. Say hello!").waitFor();
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await field(page).fill("Later");
    await field(page).press("Enter");
    await expect.poll(() => page.locator(".lilypad-message-pending").count()).toBe(1);
    await page.context().setOffline(false);
    await expect.poll(() => page.locator(".lilypad-message-pending").count()).toBe(0);
    expect(await bodies(page)).toEqual(["Later"]);
    await closeChat(page);
  });

  it("says why it failed, and can be retried and discarded", async () => {
    const { ada, thread } = await pond();
    const { page } = await openChat(browser, ada, thread, {
      app: `function App() {
        const { send } = useThreadActions(thread);
        return <><button onClick={() => send("long ".repeat(3000)).catch(() => {})}>Send too much</button><Thread thread={thread} /></>;
      }`,
    });
    await page.getByText("No messages yet. Say hello!").waitFor();
    await page.getByRole("button", { name: "Send too much" }).click();
    await page.getByRole("alert").getByText("Not sent: At most 10000 characters.").waitFor();
    await page.getByRole("button", { name: "Retry" }).click();
    // In the words of the server, which was asked.
    await page.getByRole("alert").getByText("Not sent: The message is too long.").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await expect.poll(() => messages(page).count()).toBe(0);
    await closeChat(page);
  });
});

describe("the composer", () => {
  it("sends nothing by the Enter that accepts an input method's suggestion", async () => {
    const { ada, thread } = await pond();
    const { page } = await openChat(browser, ada, thread);
    await field(page).fill("かん");
    await field(page).evaluate((textarea) => {
      const key = { key: "Enter", bubbles: true, cancelable: true };
      textarea.dispatchEvent(new KeyboardEvent("keydown", { ...key, isComposing: true }));
      textarea.dispatchEvent(new KeyboardEvent("keydown", { ...key, keyCode: 229 }));
    });
    expect(await field(page).inputValue()).toBe("かん");
    await field(page).press("Enter");
    await expect.poll(() => bodies(page)).toEqual(["かん"]);
    await closeChat(page);
  });

  it("says when a message is too long, and does not send it", async () => {
    const { ada, thread } = await pond();
    const { page } = await openChat(browser, ada, thread);
    await field(page).fill("x".repeat(10_001));
    await page.getByText("10,001 of 10,000 characters").waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await field(page).press("Enter");
    expect(await messages(page).count()).toBe(0);
    await closeChat(page);
  });

  it("shows the others that the user is typing, and keeps what is written while the thread is not shown", async () => {
    const { ada, bob, thread } = await pond();
    const { page } = await openChat(browser, ada, thread, {
      app: `function App() {
        const [shown, setShown] = useState(true);
        return <><button onClick={() => setShown(!shown)}>Toggle</button>{shown && <Thread thread={thread} />}</>;
      }`,
    });
    const { room, close } = enter(bob, thread);
    await expect.poll(() => room.getSnapshot().onlineCount).toBe(2);
    await field(page).pressSequentially("Half wri");
    await expect.poll(() => room.getSnapshot().typing.map(({ userId }) => userId)).toEqual([ada.id]);
    await page.getByRole("button", { name: "Toggle" }).click();
    await page.getByRole("button", { name: "Toggle" }).click();
    await expect.poll(() => field(page).inputValue()).toBe("Half wri");
    close();
    await closeChat(page);
  });
});

describe("parts of the host's own", () => {
  it("take the place of the package's, one by one, and of the layout", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    await say(bob, "/me croaks");
    const { page, problems } = await openChat(browser, ada, thread, {
      app: `const components = { Avatar: ({ name }) => <b>[{name}]</b>, TypingIndicator: () => null };
      const renderMessage = (props) => props.row.body.startsWith("/me ")
        ? <i>{props.row.author.name} {props.row.body.slice(4)}</i> : <Message {...props} />;
      function App() {
        return <Thread thread={thread} components={components} renderMessage={renderMessage} className="mine">
          <Composer placeholder="Say something" /><MessageList />
        </Thread>;
      }`,
      provider: `labels={{ send: "Senden", today: "Heute", locale: "de" }}`,
      style: `.mine { --lilypad-accent: rgb(200, 0, 100) }`,
    });
    await page.getByText("[Bob]").waitFor();
    await page.getByText("Bob croaks").waitFor();
    await page.getByText("Heute").waitFor();
    expect(await page.getByRole("heading").count()).toBe(0);
    expect(await page.getByPlaceholder("Say something").count()).toBe(1);
    await field(page).fill("Ja");
    const send = page.getByRole("button", { name: "Senden" });
    expect(await send.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
      "rgb(200, 0, 100)",
    );
    await send.click();
    await expect.poll(() => bodies(page)).toEqual(["Hello", "Ja"]);
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("may be a client that the host has made, and closes itself", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    const { page, problems } = await openChat(browser, ada, thread, {
      app: `const client = createClient({ url, getToken, outboxStorage: null });
      function App() {
        return <LilypadProvider client={client}><Thread thread={thread} /></LilypadProvider>;
      }`,
    });
    await expect.poll(() => bodies(page)).toEqual(["Hello"]);
    expect(problems).toEqual([]);
    await closeChat(page);
  });
});

describe("the list of threads", () => {
  it("shows titles, newest messages and what is unread, and opens the thread that is chosen", async () => {
    const { ada, bob, thread, say } = await pond();
    await say(bob, "Hello");
    const direct = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.id] });
    const { id } = (await direct.json()) as { id: string };
    await sayIn(id)(bob, "Just us");
    const { page, problems } = await openChat(browser, ada, thread, {
      app: `function App() {
        const [open, setOpen] = useState();
        return <><ThreadList selected={open} onSelect={({ id }) => setOpen(id)} />{open && <Thread thread={open} />}</>;
      }`,
      style: "#root { display: grid; grid-template-columns: 20rem 1fr }",
    });
    const item = page.getByRole("navigation", { name: "Chats" }).getByRole("button", { name: /Pond/ });
    await item.getByText("1 unread").waitFor();
    expect(await item.textContent()).toContain("Bob: Hello");
    await item.click();
    await expect.poll(() => bodies(page)).toEqual(["Hello"]);
    expect(await item.getAttribute("aria-current")).toBe("true");
    await expect.poll(() => item.getByText("unread").count()).toBe(0);
    await page
      .getByRole("navigation")
      .getByRole("button", { name: /Just us/ })
      .click();
    await expect.poll(() => bodies(page)).toEqual(["Just us"]);
    expect(problems).toEqual([]);
    await closeChat(page);
  });

  it("says of a thread that the user is not in that it is not here", async () => {
    const { bob } = await pond();
    const { thread } = await pond();
    const { page } = await openChat(browser, bob, thread);
    await page.getByText("This chat does not exist, or you are not in it.").waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
    await closeChat(page);
  });
});
