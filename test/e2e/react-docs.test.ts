/** docs/react.md holds: it names what is exported, its code is taken by a strict compiler and runs. */
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseSync } from "vite";
import { sharedBrowser } from "./browser.ts";
import { compile } from "./compiler.ts";
import { codeBlocksOf, pagesOf, sectionsOf, tableRowsOf, type Page as DocPage } from "./doc-pages.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { newGroup, person } from "./people.ts";
import { serveReactApp, writeApp } from "./react-app.ts";

const [page] = (await pagesOf("docs/react.md")) as [DocPage];
const examples = codeBlocksOf(page).filter(({ language }) => language === "tsx");

const browser = await sharedBrowser();

/** The names that the module exports, without types. */
async function exported(): Promise<string[]> {
  const { module } = parseSync("react.js", await readFile("dist/react/react.js", "utf8"));
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName }) => exportName.name ?? []),
  );
}

it("has a row for each hook and component that is exported, and for no other", async () => {
  const named = ["The provider", "Hooks", "Components"].flatMap((heading) => {
    const section = sectionsOf(page).find((one) => one.heading === heading);
    return tableRowsOf(section?.text ?? "").flatMap(
      ([cell = ""]) => /^`(use\w+|[A-Z]\w+)(?:\(.*\))?`/.exec(cell)?.[1] ?? [],
    );
  });
  expect(named.toSorted()).toEqual((await exported()).toSorted());
});

it("lists the custom properties of the style sheet", async () => {
  const style = await readFile("dist/react/style.css", "utf8");
  const properties = new Set([...style.matchAll(/var\((--lilypad-[\w-]+)/g)].map(([, name = ""]) => name));
  const listed = [...page.text.matchAll(/`(--lilypad-[\w-]+)`/g)].map(([, name = ""]) => name);
  expect(listed.toSorted()).toEqual([...properties].toSorted());
});

it.each(["bundler", "nodenext"])(
  "has code that a strict compiler takes, with modules found as %s",
  async (resolution) => {
    const files = Object.fromEntries(examples.map(({ code }, index) => [`example-${index}.tsx`, code]));
    expect(Object.keys(files).length).toBeGreaterThan(2);
    const directory = await writeApp({ ...files, "package.json": `{ "type": "module" }` });
    await symlink(resolve("node_modules/@types"), join(directory, "node_modules/@types"));
    const module = resolution === "bundler" ? "esnext" : "nodenext";
    await writeFile(
      join(directory, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noUncheckedSideEffectImports: true,
          verbatimModuleSyntax: true,
          noEmit: true,
          // TypeScript's own declarations: checking them takes most of the time.
          skipDefaultLibCheck: true,
          types: [],
          jsx: "react-jsx",
          target: "es2024",
          lib: ["es2024", "dom", "dom.iterable"],
          module,
          moduleResolution: resolution,
        },
      }),
    );
    expect(compile(["-p", directory], directory)).toEqual({ status: 0, output: "" });
  },
);

/** An application with the examples: its address says which of them it shows, of which thread, and to whom. */
let site: { url: string; close: () => void };
beforeAll(async () => {
  const [quickStart, hooks, inbox, desk, parts] = examples;
  site = await serveReactApp({
    files: {
      "App.tsx": quickStart?.code.replace("https://chat.example.com", inject("url")) ?? "",
      "hooks.tsx": hooks?.code ?? "",
      "inbox.tsx": inbox?.code ?? "",
      "desk.tsx": desk?.code ?? "",
      "parts.tsx": parts?.code ?? "",
      "main.tsx": `
        import { StrictMode, useState } from "react";
        import { createRoot } from "react-dom/client";
        import { LilypadProvider } from "lilypad/react";
        import { App } from "./App.tsx";
        import { Badge, PlainChat } from "./hooks.tsx";
        import { BlockButton, Inbox } from "./inbox.tsx";
        import { Desk } from "./desk.tsx";
        import { OwnLayout } from "./parts.tsx";
        const { example, thread, token, other } = Object.fromEntries(new URLSearchParams(location.search));
        const provider = { url: ${JSON.stringify(inject("url"))}, getToken: () => token };
        function Requests() {
          const [open, setOpen] = useState("");
          return <><p>Open: {open}</p><Inbox onOpen={setOpen} /><BlockButton userId={other} /></>;
        }
        const shown = {
          "quick start": <StrictMode><App threadId={thread} /></StrictMode>,
          parts:
            <LilypadProvider {...provider}>
              <p><Badge /></p><PlainChat thread={thread} /><OwnLayout threadId={thread} /><Desk threadId={thread} />
            </LilypadProvider>,
          inbox: <LilypadProvider {...provider}><Requests /></LilypadProvider>,
        };
        createRoot(document.getElementById("root")!).render(shown[example]);`,
    },
  });
});
afterAll(() => site.close());

interface Shown {
  example: "quick start" | "parts" | "inbox";
  thread: string;
  /** Of the user who looks at it. */
  token: string;
  /** The id of another user. */
  other: string;
}

async function open(shown: Shown): Promise<{ opened: Page; close: () => Promise<void> }> {
  const { context, page: opened } = await takePage(browser, DESKTOP);
  await opened.route("**/chat-token", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ json: { token: shown.token } })
      : route.fulfill({ status: 405 }),
  );
  await opened.goto(`${site.url}/?${new URLSearchParams({ ...shown })}`);
  return { opened, close: () => releasePage(context) };
}

it("has a quick start that shows a thread", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newGroup(ada, bob);
  await bob.call("POST", `/api/threads/${thread}/messages`, { body: "Hello" });
  const { opened, close } = await open({ example: "quick start", thread, token: ada.token, other: bob.id });
  await expect.poll(() => opened.locator(".lilypad-bubble").allTextContents()).toEqual(["Hello"]);
  await close();
});

it("has parts of the host's own, plain hooks that show a thread, and lists for its moderators", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newGroup(ada, bob);
  await bob.call("POST", `/api/threads/${thread}/messages`, { body: "/me croaks" });
  const { opened, close } = await open({ example: "parts", thread, token: ada.token, other: bob.id });
  await opened.locator("i", { hasText: "Bob croaks" }).waitFor();
  await opened.getByText("Nothing to look at.").waitFor();
  await opened.getByText(/started this chat$/).waitFor();
  await opened.getByRole("listitem").getByText("Bob: /me croaks").waitFor();
  await opened.getByRole("button", { name: "Say hello" }).click();
  await expect.poll(() => opened.locator(".lilypad-bubble").allTextContents()).toEqual(["Hello"]);
  await close();
});

it("has an inbox of requests, and a button that blocks", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newGroup(ada, bob);
  await bob.call("DELETE", `/api/threads/${thread}/members/${bob.id}`);
  await ada.call("PUT", `/api/threads/${thread}/members/${bob.id}`);
  const { opened, close } = await open({ example: "inbox", thread, token: bob.token, other: ada.id });
  await opened.getByRole("heading", { name: "Chats, and 1 asking" }).waitFor();
  await opened.getByRole("button", { name: /^Accept: / }).click();
  await opened.getByText(`Open: ${thread}`).waitFor();
  await opened.getByRole("heading", { name: "Chats, and 0 asking" }).waitFor();
  await opened.getByRole("button", { name: "Block", exact: true }).click();
  await opened.getByRole("button", { name: "Unblock" }).click();
  const blockButton = opened.getByRole("button", { name: "Block", exact: true });
  await expect.poll(() => blockButton.count()).toBe(1);
  await close();
});
