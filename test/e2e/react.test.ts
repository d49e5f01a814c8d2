/** The client alone in React: the documented hook is read from the client's own page. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { sharedBrowser } from "./browser.ts";
import { newGroup, person, type Person } from "./people.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { servePage } from "./react-libraries.ts";

const browser = await sharedBrowser();

/** The hook that the client's page shows. */
const [, HOOK = ""] = /```jsx\n(import [^]*?)```/.exec(await readFile("src/client/README.md", "utf8")) ?? [];

/** Opens an application around this component, with a development build of React. */
async function openApp(ada: Person, threadId: string, app: string): Promise<Page> {
  const url = await servePage(
    "19",
    `import { StrictMode, useState } from "react";
    import { createRoot } from "react-dom/client";
    import { createClient } from "lilypad/client";
    ${HOOK}
    const threadId = ${JSON.stringify(threadId)};
    const client = createClient({
      url: ${JSON.stringify(inject("url"))},
      getToken: () => ${JSON.stringify(ada.token)},
      outboxStorage: null,
    });
    window.client = client;
    ${app}
    createRoot(document.getElementById("root")).render(<StrictMode><App /></StrictMode>);`,
    "",
  );
  const { page } = await takePage(browser, DESKTOP);
  await page.goto(url);
  return page;
}

/** What the page shows of the thread: its connection, and its messages. */
const shown =
  (page: Page, part = "main") =>
  () =>
    page.locator(part).textContent();

async function threadWithMessage() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(ada, bob);
  const say = (body: string) => bob.call("POST", `/api/threads/${threadId}/messages`, { body });
  await say("Hello");
  return { ada, threadId, say };
}

const SHOW = `
  const Show = ({ state }) => <>{state.connection}: {state.messages.map(({ body }) => body).join()}</>;`;

describe("in StrictMode", () => {
  it("the documented hook shows a thread, live", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function App() {
        return <main><Show state={useRoom(client, threadId)} /></main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: Hello");
    await say("Still here?");
    await expect.poll(shown(page)).toBe("open: Hello,Still here?");
    await releasePage(page.context());
  });

  it("an effect that opens a room and closes it shows a thread, live", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function App() {
        const [state, setState] = useState();
        useEffect(() => {
          const room = client.thread(threadId);
          const unsubscribe = room.subscribe(setState);
          return () => {
            unsubscribe();
            room.close();
          };
        }, []);
        return <main>{state && <Show state={state} />}</main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: Hello");
    await say("Still here?");
    await expect.poll(shown(page)).toBe("open: Hello,Still here?");
    await releasePage(page.context());
  });

  it("two components share a room: it stays open while one of them shows it, and is closed after the last", async () => {
    const { ada, threadId, say } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `${SHOW}
      function Chat({ at }) {
        return <p id={at}><Show state={useRoom(client, threadId)} /></p>;
      }
      function App() {
        const [left, setLeft] = useState(true);
        const [right, setRight] = useState(true);
        return <main>
          {left && <Chat at="left" />}
          {right && <Chat at="right" />}
          <button onClick={() => setLeft(false)}>Close left</button>
          <button onClick={() => setRight(!right)}>Toggle right</button>
        </main>;
      }`,
    );
    await expect.poll(shown(page, "#left")).toBe("open: Hello");
    await page.getByRole("button", { name: "Close left" }).click();
    await say("Still here?");
    await expect.poll(shown(page, "#right")).toBe("open: Hello,Still here?");
    const room = await page.evaluateHandle(`client.thread(${JSON.stringify(threadId)})`);
    const connection = () =>
      room.evaluate((held) => (held as { getSnapshot(): { connection: string } }).getSnapshot().connection);
    await page.getByRole("button", { name: "Toggle right" }).click();
    await expect.poll(connection).toBe("stopped");
    await page.getByRole("button", { name: "Toggle right" }).click();
    await expect.poll(shown(page, "#right")).toBe("open: Hello,Still here?");
    await releasePage(page.context());
  });

  it("presence is online, and follows whom a component watches", async () => {
    const { ada, threadId } = await threadWithMessage();
    const page = await openApp(
      ada,
      threadId,
      `function App() {
        const presence = useMemo(() => client.presence(), []);
        const state = useSyncExternalStore(presence.subscribe, presence.getSnapshot);
        useEffect(() => presence.watch([${JSON.stringify(ada.id)}]), [presence]);
        useEffect(() => presence.retain(), [presence]);
        return <main>{state.connection}: {state.unreadThreads}, {state.presence[${JSON.stringify(ada.id)}]?.status}</main>;
      }`,
    );
    await expect.poll(shown(page)).toBe("open: 1, online");
    await releasePage(page.context());
  });
});
