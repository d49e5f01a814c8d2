/** docs/react.md holds: it names what is exported, its code is taken by a strict compiler and runs. */
import { spawnSync } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, inject, it } from "vitest";
import { parseSync } from "vite";
import { sharedBrowser } from "./browser.ts";
import { codeBlocksOf, pagesOf, sectionsOf, tableRowsOf, type Page } from "./doc-pages.ts";
import { newGroup, person } from "./people.ts";
import { openReactApp, writeApp } from "./react-app.ts";

const [page] = (await pagesOf("docs/react.md")) as [Page];
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
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [resolve("node_modules/typescript/bin/tsc"), "-p", directory],
      {
        encoding: "utf8",
      },
    );
    expect(stdout + stderr).toBe("");
  },
);

it("has a quick start that shows a thread", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(ada, bob);
  await bob.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello" });
  const [quickStart] = examples;
  const opened = await openReactApp(browser, {
    files: {
      "App.tsx": quickStart?.code.replace("https://chat.example.com", inject("url")) ?? "",
      "main.tsx": `
        import { StrictMode } from "react";
        import { createRoot } from "react-dom/client";
        import { App } from "./App.tsx";
        createRoot(document.getElementById("root")!).render(<StrictMode><App threadId=${JSON.stringify(threadId)} /></StrictMode>);`,
    },
    onPage: (shown) =>
      void shown.route("**/chat-token", (route) =>
        route.request().method() === "POST"
          ? route.fulfill({ json: { token: ada.token } })
          : route.fulfill({ status: 405 }),
      ),
  });
  await expect.poll(() => opened.locator(".lilypad-bubble").allTextContents()).toEqual(["Hello"]);
  await opened.close();
});

it("has parts of the host's own, plain hooks that show a thread, and lists for its moderators", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(ada, bob);
  await bob.call("POST", `/api/threads/${threadId}/messages`, { body: "/me croaks" });
  const [, hooks, , desk, parts] = examples;
  const opened = await openReactApp(browser, {
    files: {
      "hooks.tsx": hooks?.code ?? "",
      "parts.tsx": parts?.code ?? "",
      "desk.tsx": desk?.code ?? "",
      "main.tsx": `
        import { createRoot } from "react-dom/client";
        import { LilypadProvider } from "lilypad/react";
        import { Badge, PlainChat } from "./hooks.tsx";
        import { Desk } from "./desk.tsx";
        import { OwnLayout } from "./parts.tsx";
        const thread = ${JSON.stringify(threadId)};
        createRoot(document.getElementById("root")!).render(
          <LilypadProvider url=${JSON.stringify(inject("url"))} getToken={() => ${JSON.stringify(ada.token)}}>
            <p><Badge /></p><PlainChat thread={thread} /><OwnLayout threadId={thread} /><Desk threadId={thread} />
          </LilypadProvider>);`,
    },
  });
  await opened.locator("i", { hasText: "Bob croaks" }).waitFor();
  await opened.getByText("Nothing to look at.").waitFor();
  await opened.getByText(/started this chat$/).waitFor();
  await opened.getByRole("listitem").getByText("Bob: /me croaks").waitFor();
  await opened.getByRole("button", { name: "Say hello" }).click();
  await expect.poll(() => opened.locator(".lilypad-bubble").allTextContents()).toEqual(["Hello"]);
  await opened.close();
});

it("has an inbox of requests, and a button that blocks", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const threadId = await newGroup(ada, bob);
  await bob.call("DELETE", `/api/threads/${threadId}/members/${bob.id}`);
  await ada.call("PUT", `/api/threads/${threadId}/members/${bob.id}`);
  const [, , inbox] = examples;
  const opened = await openReactApp(browser, {
    files: {
      "inbox.tsx": inbox?.code ?? "",
      "main.tsx": `
        import { useState } from "react";
        import { createRoot } from "react-dom/client";
        import { LilypadProvider } from "lilypad/react";
        import { BlockButton, Inbox } from "./inbox.tsx";
        function App() {
          const [open, setOpen] = useState("");
          return <><p>Open: {open}</p><Inbox onOpen={setOpen} /><BlockButton userId=${JSON.stringify(ada.id)} /></>;
        }
        createRoot(document.getElementById("root")!).render(
          <LilypadProvider url=${JSON.stringify(inject("url"))} getToken={() => ${JSON.stringify(bob.token)}}><App /></LilypadProvider>);`,
    },
  });
  await opened.getByRole("heading", { name: "Chats, and 1 asking" }).waitFor();
  await opened.getByRole("button", { name: /^Accept: / }).click();
  await opened.getByText(`Open: ${threadId}`).waitFor();
  await opened.getByRole("heading", { name: "Chats, and 0 asking" }).waitFor();
  await opened.getByRole("button", { name: "Block", exact: true }).click();
  await opened.getByRole("button", { name: "Unblock" }).click();
  const blockButton = opened.getByRole("button", { name: "Block", exact: true });
  await expect.poll(() => blockButton.count()).toBe(1);
  await opened.close();
});
