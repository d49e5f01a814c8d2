/** The documentation holds: its code runs as it stands there, its links lead somewhere, its figures say how they were taken. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { dirname, join, normalize } from "node:path";
import { io, type Socket } from "socket.io-client";
import { describe, expect, inject, it, vi } from "vitest";
import { sharedBrowser } from "./browser.ts";
import {
  anchorsOf,
  codeBlocksOf,
  linksOf,
  pagesOf,
  sectionsOf,
  tableRowsOf,
  type CodeBlock,
} from "./doc-pages.ts";
import { startHostSite } from "./host-site.ts";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";
import { newGroup, newKeyedGroup, person } from "./people.ts";
import { serveHtml } from "./sites.ts";

const browser = await sharedBrowser();

/** The longest README, in bytes: one that is read to its end. */
const README_BYTES = 8_192;
/** The address that examples use. */
const EXAMPLE_URL = "https://chat.example.com";
/** Languages of code that a test below must run, and those that test/snippets runs. */
const RUN = new Set(["js", "html", "ts", "tsx"]);
const SNIPPETS = new Set(["python", "php"]);
/** The pages whose programs other tests run (test/e2e/server-sdk.test.ts, test/e2e/quick-start.test.ts). */
const ELSEWHERE = new Set(["docs/server-sdk.md", "docs/quick-start.md"]);

const guides = await pagesOf("README.md", "docs/*.md");
const pages = [
  ...guides,
  ...(await pagesOf(
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    ".github/*.md",
    "{src,test}/**/README.md",
  )),
];
const blocks = guides.flatMap(codeBlocksOf);
const taken = new Set<CodeBlock>();

/** Every code block of this language that contains a text, to be run by the test that asks for it. */
function codeBlocks(language: string, containing: string): [CodeBlock, ...CodeBlock[]] {
  const [first, ...others] = blocks.filter(
    (block) => block.language === language && block.code.includes(containing) && !ELSEWHERE.has(block.path),
  );
  if (!first) throw new Error(`the documentation has no ${language} with ${containing}`);
  const found: [CodeBlock, ...CodeBlock[]] = [first, ...others];
  for (const block of found) taken.add(block);
  return found;
}

const user = { id: "zoë-1", name: "Zoë O’Neill / 蓮" };
const quoted = JSON.stringify(user);

/** What a program prints. */
async function printed(command: string, file: string, program: string): Promise<string> {
  const path = join(await mkdtemp(join(inject("scratch"), "docs-")), file);
  await writeFile(path, program);
  return execFileSync(command, [path], {
    encoding: "utf8",
    env: { ...process.env, SECRET: inject("authSecret") },
  }).trim();
}

describe("backend code", () => {
  it.each(codeBlocks("js", "function lilypadToken"))(
    "makes a token that signs its user in ($path)",
    async ({ code }) => {
      const program = `${code}\nconsole.log(lilypadToken(${quoted}, process.env.SECRET));`;
      const token = await printed(process.execPath, "token.mjs", program);
      const response = await fetch(`${inject("url")}/api/session`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ user });
    },
  );

  const [{ code: ask }] = codeBlocks("js", "const ask =");
  const [{ code: makeToken }] = codeBlocks("js", "function lilypadToken");

  it("introduces a user and creates a thread with them", async () => {
    const [ada, bob] = [
      { id: `ada-${randomUUID()}`, name: "Ada" },
      { id: `bob-${randomUUID()}`, name: "Bob" },
    ];
    const program = [
      makeToken,
      `const [ada, bob, secret] = [${JSON.stringify(ada)}, ${JSON.stringify(bob)}, process.env.SECRET];`,
      ask.replace(EXAMPLE_URL, inject("url")),
      `console.log(JSON.stringify(await (await fetch("${inject("url")}/api/threads/" + threadId, {`,
      `  headers: { authorization: "Bearer " + lilypadToken(bob, secret) },`,
      `})).json()));`,
    ].join("\n");
    const thread: unknown = JSON.parse(await printed(process.execPath, "thread.mjs", program));
    expect(thread).toMatchObject({ kind: "direct", members: [{ user: ada }, { user: bob }] });
  });
});

describe("the host's sign-in page", () => {
  const [{ code: makeToken }] = codeBlocks("js", "function lilypadToken");
  const [{ code: chatSignIn }] = codeBlocks("js", "function chatSignIn");
  const program = (address: string) =>
    [
      makeToken,
      chatSignIn.replaceAll(EXAMPLE_URL, inject("url")),
      `console.log(chatSignIn(${JSON.stringify(address)}, ${quoted}, process.env.SECRET));`,
    ].join("\n");
  const asked = (query: Record<string, string>) =>
    `https://www.example.com/chat-sign-in?${new URLSearchParams(query)}`;

  it("redirects to Lilypad with a token that signs its user in, and the state unchanged", async () => {
    const address = asked({ return: `${inject("url")}/`, state: "a state & more" });
    const [to, fragment] = (await printed(process.execPath, "page.mjs", program(address))).split("#");
    expect(to).toBe(`${inject("url")}/`);
    const brought = new URLSearchParams(fragment);
    expect(brought.get("state")).toBe("a state & more");
    const headers = { authorization: `Bearer ${brought.get("token")}` };
    expect((await fetch(`${inject("url")}/api/session`, { method: "POST", headers })).status).toBe(201);
  });

  it.each(["https://evil.example/", "//evil.example/", ""])("leads nobody to %j", async (where) => {
    const address = asked({ return: where, state: "s" });
    expect(await printed(process.execPath, "page.mjs", program(address))).toBe("undefined");
  });
});

describe("browser code", () => {
  it.each(codeBlocks("js", "/client.js"))(
    "shows a thread on a page of another site, by the client ($path)",
    async ({ code }) => {
      const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
      const threadId = await newGroup(ada, bob);
      await bob.call("POST", `/api/threads/${threadId}/messages`, { body: "Hello from Bob" });
      const site = await serveHtml(`<!doctype html><title>Another site</title><body><script type="module">
        const getToken = () => ${JSON.stringify(ada.token)};
        const threadId = ${JSON.stringify(threadId)};
        const render = (messages) => { document.body.dataset.shown = messages.map(({ body }) => body).join(); };
        ${code.replaceAll(EXAMPLE_URL, inject("url"))}
      </script>`);
      const { context, page } = await takePage(browser, DESKTOP);
      try {
        await page.goto(site.url);
        await expect.poll(() => page.locator("body").getAttribute("data-shown")).toBe("Hello from Bob");
      } finally {
        await releasePage(context);
        site.close();
      }
    },
  );

  const [{ code: plainSocket }] = codeBlocks("js", "function chat(");

  it("chats over a plain WebSocket in at most twenty lines", async () => {
    expect(plainSocket.trim().split("\n").length).toBeLessThanOrEqual(20);
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const threadId = await newGroup(ada, bob);
    await ada.call("POST", `/api/threads/${threadId}/messages`, { body: "before" });
    const { context, page } = await takePage(browser, DESKTOP);
    await page.goto(inject("url"));
    const args = JSON.stringify([inject("url"), threadId, bob.token]);
    const seen = await page.evaluate<string[]>(`(() => {
      ${plainSocket}
      return new Promise((resolve) => {
        const seen = [];
        const room = chat(...${args}, ({ author, body }) => {
          seen.push(author.name + ": " + body);
          if (body === "before") room.send("hello from a browser");
          if (body === "hello from a browser") { room.close(); resolve(seen); }
        });
      });
    })()`);
    expect(seen).toEqual(["Ada: before", "Bob: hello from a browser"]);
    await releasePage(context);
  });
});

describe("the widget's quick start", () => {
  const [{ code: makeToken }] = codeBlocks("js", "function lilypadToken");
  const [{ code: chatToken }] = codeBlocks("js", "function chatToken");
  const [{ code: html }] = codeBlocks("html", 'thread="key:order-123"');
  const [{ code: launcher }] = codeBlocks("html", 'mode="launcher"');

  it("is two lines, and an address that answers in ten", () => {
    expect(html.trim().split("\n")).toHaveLength(2);
    expect(chatToken.trim().split("\n").length).toBeLessThanOrEqual(10);
  });

  it("shows the thread of an order, and a launcher, on a page of another site", async () => {
    const ada = await person("Ada");
    // Not the key of the page, which others may use at the server.
    const key = `order-${crypto.randomUUID()}`;
    await newKeyedGroup(key, ada);
    const directory = await mkdtemp(join(inject("scratch"), "widget-"));
    await writeFile(
      join(directory, "site.mjs"),
      `${makeToken}\n${chatToken}\nexport const token = chatToken;\nfunction userOf() { return ${JSON.stringify({ id: ada.id, name: "Ada" })}; }`,
    );
    vi.stubEnv("AUTH_SECRET", inject("authSecret"));
    const { token } = (await import(join(directory, "site.mjs"))) as { token: RequestListener };
    const tags = (html + launcher).replaceAll("order-123", key).replaceAll(EXAMPLE_URL, inject("url"));
    const site = await startHostSite(`<!doctype html><title>A shop</title>${tags}`, token);
    const { context, page } = await takePage(browser, DESKTOP);
    await page.goto(site.url);
    await page.getByLabel("Message", { exact: true }).waitFor();
    await page.getByRole("heading", { name: key }).waitFor();
    await page.getByRole("button", { name: "Open chat" }).click();
    await page.getByRole("heading", { name: "Chats" }).waitFor();
    expect(await page.title()).toBe("A shop");
    await releasePage(context);
    site.close();
    vi.unstubAllEnvs();
  });
});

describe("Socket.IO", () => {
  const [{ code }] = codeBlocks("js", "socket.io-client");
  const [{ code: rejoining }] = codeBlocks("js", "socket.recovered");

  it("sends with its own client", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const room = await newGroup(ada, bob);
    const lines: unknown[] = [];
    const given = {
      getToken: () => Promise.resolve(bob.token),
      room,
      console: { log: (line: unknown) => lines.push(line) },
    };
    const program = code
      .replace(/^import .*$/m, "")
      .replace("export const", "const")
      .replace(EXAMPLE_URL, inject("url"));
    const run = new Function("io", ...Object.keys(given), `${program}\nreturn { socket, send };`) as (
      ...given: unknown[]
    ) => { socket: Socket; send: (content: string) => Promise<unknown> };
    const { socket, send } = run(io, ...Object.values(given));
    try {
      await expect.poll(() => lines).toEqual([0]);
      expect(await send("hello")).toMatchObject({ ok: true, message: { content: "hello" } });
      await expect.poll(() => lines).toEqual([0, "Bob: hello"]);

      new Function("socket", "rooms", rejoining)(socket, [room]);
      const joined: unknown[] = [];
      socket.on("joined", (event) => joined.push(event));
      socket.io.engine.close();
      // The first block joins at every connect, recovered or not; the second one has not joined before.
      await expect.poll(() => joined.length).toBe(2);
      expect(socket.recovered).toBe(true);
      // By its answer, that of the join is here too.
      await send("again");
      socket.io.engine.close();
      await expect.poll(() => joined.length).toBe(3);
      expect(socket.recovered).toBe(true);
      socket.disconnect().connect();
      await expect.poll(() => joined.length).toBe(5);
      expect(socket.recovered).toBe(false);
    } finally {
      socket.disconnect();
    }
  });
});

describe("shell commands", () => {
  const lines = pages
    .flatMap(codeBlocksOf)
    .filter(({ language }) => language === "sh")
    .flatMap(({ path, code }) =>
      code
        .split("\n")
        .map((line) => line.replace(/\s+#.*$/, "").trim())
        .filter(Boolean)
        .map((line) => ({ path, line })),
    );

  it("go by npm scripts and installed programs, which run on any Node", async () => {
    const programs = new Set(await readdir("node_modules/.bin"));
    const unknown = lines.filter(({ line }) => {
      const [, program, first = ""] = /^(?:[A-Z_]+=\S+ )*(npm|npx|curl)(?: (\S+))?/.exec(line) ?? [];
      return program === undefined || (program === "npx" && !programs.has(first));
    });
    expect(unknown).toEqual([]);
  });

  it("name scripts that package.json has", async () => {
    const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as { scripts: object };
    const named = pages
      .filter(({ path }) => path !== "CHANGELOG.md")
      .flatMap(({ path, text }) =>
        [...text.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(([, run, short]) => ({
          path,
          script: run ?? short ?? "",
        })),
      );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  it("name files that exist", async () => {
    const files = lines.flatMap(({ path, line }) =>
      [...line.matchAll(/(?<= )(?:src|test|docs)\/\S+/g)].map(([file]) => ({ path, file })),
    );
    expect(files.length).toBeGreaterThan(3);
    expect(await missing(files, ({ file }) => file)).toEqual([]);
  });

  it("show what a configured server answers", async () => {
    const curl = lines.find(({ line }) => line.startsWith("curl "));
    const [, url = ""] = /^curl (\S+)$/.exec(curl?.line ?? "") ?? [];
    const response = await fetch(url.replace(EXAMPLE_URL, inject("url")));
    expect([response.status, await response.json()]).toMatchObject([401, { detail: "Sign in first." }]);
  });
});

// Those of docs/react.md are run and type-checked by react-docs.test.ts.
codeBlocks("tsx", "lilypad/react");

describe("the documentation", () => {
  it("has no program that no test runs", () => {
    const programs = blocks.filter(({ language, path }) => RUN.has(language) && !ELSEWHERE.has(path));
    expect(programs.length).toBeGreaterThan(5);
    expect(programs.filter((block) => !taken.has(block))).toEqual([]);
  });

  it("has no code whose language is not said, but for diagrams", () => {
    const known = new Set([...RUN, ...SNIPPETS, "sh", "toml", "http", "json"]);
    const others = blocks.filter(({ language, code }) => !known.has(language) && !/[─→]/.test(code));
    expect(others).toEqual([]);
  });

  it(`has a README of at most ${README_BYTES} bytes`, () => {
    const [readme] = guides;
    expect(Buffer.byteLength(readme?.text ?? "")).toBeLessThanOrEqual(README_BYTES);
  });

  it("opens each guide with the question that it answers", () => {
    const silent = guides.filter(
      ({ path, text }) => path.startsWith("docs/") && !/^# .+\n\n\*\*[^*]+\?\*\*\n/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("is reachable from the README", () => {
    const [readme] = guides;
    const linked = readme ? linksOf(readme).map((target) => target.split("#")[0]) : [];
    expect(linked).toEqual(expect.arrayContaining(guides.slice(1).map(({ path }) => path)));
  });

  it("leads to files and parts of pages that exist", async () => {
    const links = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !target.startsWith("https://"))
        .map((target) => {
          const [file = "", anchor = ""] = target.split("#");
          return {
            from: page.path,
            target,
            file: file ? normalize(join(dirname(page.path), file)) : page.path,
            anchor,
          };
        }),
    );
    expect(links.length).toBeGreaterThan(50);
    expect(await missing(links, ({ file }) => file)).toEqual([]);
    const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
    expect(links.filter(({ file, anchor }) => anchor !== "" && !anchors.get(file)?.has(anchor))).toEqual([]);
  });

  it("names source files that exist", async () => {
    const named = pages
      .filter(({ path }) => path !== "CHANGELOG.md")
      .flatMap(({ path, text }) =>
        [...text.matchAll(/`((?:src|test|docs|\.ci)\/[^`*\s]+)`/g)].map(([, file = ""]) => ({ path, file })),
      )
      // What a contributor is to name.
      .filter(({ file }) => !file.includes("NAME"));
    expect(named.length).toBeGreaterThan(20);
    expect(await missing(named, ({ file }) => file)).toEqual([]);
  });

  it("is named by the server where it refers to a page", async () => {
    const source = await readFile("src/config/config.ts", "utf8");
    const named = [...source.matchAll(/docs\/[\w-]+\.md(?:, \\?"([^"\\]+)\\?")?/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [reference, heading] of named) {
      const page = guides.find(({ path }) => reference.startsWith(path));
      expect(page?.text, reference).toContain(heading === undefined ? "# " : `\n## ${heading}\n`);
    }
  });

  it("describes every program that injects faults", async () => {
    const testing = guides.find(({ path }) => path === "docs/testing.md");
    const section = testing && sectionsOf(testing).find(({ heading }) => heading.includes("fault injection"));
    const described = tableRowsOf(section?.text ?? "").flatMap(
      ([cell = ""]) => /^`(.+)`$/.exec(cell)?.[1] ?? [],
    );
    const source = await readFile("test/chaos/chaos.ts", "utf8");
    const [, entries = ""] = /PROGRAMS\b.*? = \{\n([^}]+)\}/.exec(source) ?? [];
    const programs = [...entries.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    expect(described.toSorted()).toEqual(programs.toSorted());
  });

  it("quotes log lines that are logged", async () => {
    const operating = guides.find(({ path }) => path === "docs/operating.md");
    const logs = operating && sectionsOf(operating).find(({ heading }) => heading === "Logs");
    const quotes = tableRowsOf(logs?.text ?? "").flatMap(([cell = ""]) => /^`(.+)`$/.exec(cell)?.[1] ?? []);
    expect(quotes.length).toBeGreaterThan(3);
    const source = (await pagesOf("src/**/*.ts")).map(({ text }) => text).join("\n");
    expect(quotes.filter((quote) => !source.includes(quote))).toEqual([]);
  });

  it("says of each measured figure on which day and by which command it was taken", () => {
    const figures = guides
      .filter(({ path }) => /performance|cost/.test(path))
      .flatMap(sectionsOf)
      .filter(({ text }) =>
        tableRowsOf(text)
          .flat()
          .some((cell) => /^[\d,.]+$/.test(cell)),
      )
      .map(({ text }) => text);
    const [readme] = guides;
    const summary = readme && sectionsOf(readme).find(({ heading }) => heading === "Speed and cost");
    figures.push(...(summary?.text.split(/^- /m).slice(1) ?? []));
    expect(figures.length).toBeGreaterThan(5);
    expect(
      figures.filter((text) => !(/\b20\d\d-\d\d-\d\d\b/.test(text) && /npm run \w+/.test(text))),
    ).toEqual([]);
  });
});

/** Of these, the ones whose file does not exist. */
async function missing<T>(all: T[], fileOf: (one: T) => string): Promise<T[]> {
  const exist = await Promise.all(
    all.map((one) =>
      access(fileOf(one)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return all.filter((_one, i) => !exist[i]);
}
