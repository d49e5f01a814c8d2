/** The documentation's code in Python and PHP, run by their interpreters against a started server. */
import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { codeBlocksOf, pagesOf } from "../e2e/doc-pages.ts";
import { signedHeaders } from "./signature.ts";

const blocks = (await pagesOf("README.md", "docs/*.md")).flatMap(codeBlocksOf);
const EXAMPLE_URL = "https://chat.example.com";
const WEBHOOK_SECRET = `whsec_${randomBytes(32).toString("base64")}`;
const user = { id: "zoë-1", name: "Zoë O’Neill / 蓮" };

/** How a language is run, and how it writes what the tests ask for, each as JSON on a line. */
const LANGUAGES = {
  python: {
    command: "python3",
    file: "snippet.py",
    print: (expression: string) => `print(json.dumps(${expression}))`,
    json: (value: unknown) => `json.loads(${JSON.stringify(JSON.stringify(value))})`,
    attempt: (expression: string) =>
      `try:\n    print(json.dumps(${expression}))\nexcept ValueError as error:\n    print(json.dumps(str(error)))`,
    bytes: (text: string) => `${JSON.stringify(text)}.encode()`,
    secret: `os.environ["SECRET"]`,
    prelude: "import os",
  },
  php: {
    command: "php",
    file: "snippet.php",
    print: (expression: string) => `echo json_encode(${expression}), "\\n";`,
    json: (value: unknown) => `json_decode(${phpText(JSON.stringify(value))}, true)`,
    attempt: (expression: string) =>
      `try { echo json_encode(${expression}), "\\n"; } catch (UnexpectedValueException $e) { echo json_encode($e->getMessage()), "\\n"; }`,
    bytes: phpText,
    secret: `getenv('SECRET')`,
    prelude: "",
  },
} as const;
type Language = keyof typeof LANGUAGES;

function phpText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The one block of this language that contains a text. */
function block(language: Language, containing: string): string {
  const found = blocks.filter((one) => one.language === language && one.code.includes(containing));
  expect(found.length, `${language} blocks with ${containing}`).toBe(1);
  return found[0]?.code ?? "";
}

/** Runs a program, and returns what it prints. An interpreter that is missing is a failure: see .ci/run. */
async function run(language: Language, program: string): Promise<unknown[]> {
  const { command, file } = LANGUAGES[language];
  const path = join(await mkdtemp(join(inject("scratch"), "snippets-")), file);
  await writeFile(path, program.replaceAll(EXAMPLE_URL, inject("url")));
  const printed = execFileSync(command, [path], {
    encoding: "utf8",
    env: {
      ...process.env,
      SECRET: inject("authSecret"),
      AUTH_SECRET: inject("authSecret"),
      SERVER_SECRET: inject("serverSecret"),
    },
  });
  return printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

async function signIn(token: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${String(token)}` };
  const response = await fetch(`${inject("url")}/api/session`, { method: "POST", headers });
  return response.json();
}

describe.each(["python", "php"] as const)("the documentation's %s", (language) => {
  const { print, json, attempt, bytes, secret, prelude } = LANGUAGES[language];
  const backend = block(language, "verified_webhook");

  it("makes a token that signs its user in", async () => {
    const makeToken = block(language, "lilypad_token");
    const program = [makeToken, prelude, print(`lilypad_token(${json(user)}, ${secret})`)];
    const [token] = await run(language, program.join("\n"));
    expect(await signIn(token)).toMatchObject({ user });
  });

  it("signs a user in, makes a thread and sends a message once", async () => {
    const key = `order-${randomUUID()}`;
    const id = language === "php" ? "'ada'" : '"ada"';
    const path = language === "php" ? `'/api/threads/key:${key}'` : `"/api/threads/key:${key}"`;
    const get =
      language === "php" ? `call('GET', ${path}, null, ${id})` : `call("GET", ${path}, None, ${id})`;
    const program = [
      backend.replaceAll("order-123", key),
      print(`user_token(${json(user)})`),
      print("open_order()"),
      print("open_order()"),
      print(get),
    ];
    const [token, first, second, thread] = await run(language, program.join("\n"));
    expect(await signIn(token)).toMatchObject({ user });
    expect(first).toMatchObject({ seq: 1, body: "The order was paid.", author: { id: "system" } });
    expect(second).toEqual(first);
    const members = [{ user: { id: "ada" } }, { user: { id: "bob" } }];
    expect(thread).toMatchObject({ kind: "group", name: "Order 123", members, you: { role: "member" } });
  });

  it("verifies webhooks", async () => {
    const data = { userId: "zoë", by: { id: "ada", name: "Ada" } };
    const event = JSON.stringify({ type: "member.removed", at: 1, threadId: "t", data });
    const verify = (headers: object, body: string) =>
      attempt(
        `verified_webhook(${json(headers)}, ${bytes(body)}, ${language === "php" ? phpText(WEBHOOK_SECRET) : JSON.stringify(WEBHOOK_SECRET)})`,
      );
    const headers = signedHeaders(event, WEBHOOK_SECRET);
    const program = [
      backend,
      verify(headers, event),
      verify(headers, event.replace('"t"', '"u"')),
      verify(signedHeaders(event, WEBHOOK_SECRET, 400), event),
    ];
    expect(await run(language, program.join("\n"))).toEqual([
      JSON.parse(event),
      "the signature is not right",
      "the request is too old",
    ]);
  });
});

it("runs every program that the documentation has in Python or PHP", () => {
  const others = blocks.filter(
    ({ language, code }) => language in LANGUAGES && !/verified_webhook|lilypad_token/.test(code),
  );
  expect(others).toEqual([]);
});
