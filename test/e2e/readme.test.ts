/** The README's code, run as it stands there. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { newGroup, person } from "./people.ts";

const readme = await readFile("README.md", "utf8");

/** The code block of this language that contains a text. */
function codeBlock(language: string, containing: string): string {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].map(
    ([, code = ""]) => code,
  );
  const block = blocks.find((code) => code.includes(containing));
  if (block === undefined) throw new Error(`the README has no ${language} with ${containing}`);
  return block;
}

const user = { id: "zoë-1", name: "Zoë O’Neill / 蓮" };

/** What a program prints. */
async function printed(command: string, file: string, program: string): Promise<string> {
  const path = join(await mkdtemp(join(inject("scratch"), "readme-")), file);
  await writeFile(path, program);
  return execFileSync(command, [path], {
    encoding: "utf8",
    env: { ...process.env, SECRET: inject("authSecret") },
  }).trim();
}

const quoted = JSON.stringify(user);

const backends: { command: string; run: () => Promise<string> }[] = [
  {
    command: process.execPath,
    run: () =>
      printed(
        process.execPath,
        "token.mjs",
        `${codeBlock("js", "lilypadToken")}\nconsole.log(lilypadToken(${quoted}, process.env.SECRET));`,
      ),
  },
  {
    command: "python3",
    run: () =>
      printed(
        "python3",
        "token.py",
        `${codeBlock("python", "lilypad_token")}\nimport os\nprint(lilypad_token(json.loads(${JSON.stringify(quoted)}), os.environ["SECRET"]))`,
      ),
  },
  {
    command: "php",
    run: () =>
      printed(
        "php",
        "token.php",
        `${codeBlock("php", "lilypad_token")}\necho lilypad_token(['id' => '${user.id}', 'name' => '${user.name}'], getenv('SECRET'));`,
      ),
  },
];

/** Node is always there; CI has the others too. */
const found = backends.filter(({ command }) => spawnSync(command, ["--version"]).status === 0);

describe("a token made by the README's backend code", () => {
  it.each(found)("signs its user in ($command)", async ({ run }) => {
    const token = await run();
    const response = await fetch(`${inject("url")}/api/session`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ user });
  });
});

it("the README's backend code lets a user be known, and makes a thread with them", async () => {
  const [ada, bob] = [
    { id: `ada-${randomUUID()}`, name: "Ada" },
    { id: `bob-${randomUUID()}`, name: "Bob" },
  ];
  const program = [
    codeBlock("js", "lilypadToken"),
    `const [ada, bob, secret] = [${JSON.stringify(ada)}, ${JSON.stringify(bob)}, process.env.SECRET];`,
    codeBlock("js", "const ask =").replace("https://chat.example.com", inject("url")),
    `console.log(JSON.stringify(await (await fetch("${inject("url")}/api/threads/" + threadId, {`,
    `  headers: { authorization: "Bearer " + lilypadToken(bob, secret) },`,
    `})).json()));`,
  ].join("\n");
  const thread: unknown = JSON.parse(await printed(process.execPath, "thread.mjs", program));
  expect(thread).toMatchObject({ kind: "direct", members: [{ user: ada }, { user: bob }] });
});

describe("the README's browser code", () => {
  const code = codeBlock("js", "function chat(");
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it("is at most twenty lines", () => {
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(20);
  });

  it("shows the history and new messages, and sends", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const threadId = await newGroup(ada, bob);
    await ada.call("POST", `/api/threads/${threadId}/messages`, { body: "before" });
    const page = await browser.newPage();
    await page.goto(inject("url"));
    const args = JSON.stringify([inject("url"), threadId, bob.token]);
    const seen = await page.evaluate<string[]>(`(() => {
      ${code}
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
    await page.close();
  });
});
