/** docs/server-sdk.md: its JavaScript is run as it stands there, by each Node there is, against the started server. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { signedHeaders } from "../snippets/signature.ts";
import { codeBlocksOf, pagesOf } from "./doc-pages.ts";

const WEBHOOK_SECRET = `whsec_${randomBytes(32).toString("base64")}`;

/** The Node that the tests run in, and the one that the machine has besides, if it is another. */
function nodes(): { version: string; path: string }[] {
  const paths = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((directory) => !directory.includes("node_modules"))
    .map((directory) => join(directory, "node"));
  const versions = new Map<string, string>();
  for (const path of [process.execPath, ...paths]) {
    const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    if (status === 0 && !versions.has(stdout.trim())) versions.set(stdout.trim(), path);
  }
  return [...versions].map(([version, path]) => ({ version, path }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The page's JavaScript as one program, which then sends what it has made to its parent. */
async function program(key: string): Promise<string> {
  const page = await pagesOf("docs/server-sdk.md");
  const code = page
    .flatMap(codeBlocksOf)
    .filter(({ language }) => language === "js")
    .map((block) => block.code)
    .join("\n")
    .replace('"lilypad/server"', JSON.stringify(pathToFileURL("dist/server/server.js").href))
    .replaceAll("https://chat.example.com", inject("url"))
    .replaceAll("order-123", key);
  return `${code}\nprocess.send({ token, order: await order.get(), thanks, messages, ada });\n`;
}

describe.each(nodes())("the server library in Node $version", ({ path }) => {
  let child: ChildProcess;
  let url: string;
  let made: Record<string, unknown>;
  let output = "";

  beforeAll(async () => {
    const file = join(await mkdtemp(join(inject("scratch"), "server-sdk-")), "backend.mjs");
    await writeFile(file, await program(`order-${randomUUID()}`));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = spawn(path, [file], {
      env: {
        ...process.env,
        SERVER_SECRET: inject("serverSecret"),
        AUTH_SECRET: inject("authSecret"),
        WEBHOOK_SECRET,
        PORT: String(port),
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, "exit").then(() => {
      throw new Error(`the program ended:\n${output}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(child, "message"), ended])) as [Record<string, unknown>];
    made = message;
  });
  afterAll(async () => {
    const exited = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill();
    await exited;
  });

  const post = async (where: string, body: object, headers?: Record<string, string>) => {
    const text = JSON.stringify(body);
    return fetch(url + where, {
      method: "POST",
      headers: headers ?? signedHeaders(text, WEBHOOK_SECRET),
      body: text,
    });
  };

  it("signs a user in", async () => {
    const headers = { authorization: `Bearer ${String(made["token"])}` };
    const response = await fetch(`${inject("url")}/api/session`, { method: "POST", headers });
    expect(response.status).toBe(201);
  });

  it("makes a thread, sends messages and moderates", () => {
    expect(made["order"]).toMatchObject({
      kind: "group",
      name: "Order 123",
      data: { status: "paid" },
      members: [
        { user: { id: "ada" } },
        { user: { id: "bob" }, role: "moderator" },
        { user: { id: "carol" } },
      ],
    });
    expect(made["thanks"]).toMatchObject({ author: { id: "ada" }, body: "Thanks!" });
    expect(made["messages"]).toMatchObject([
      { author: { id: "system" }, body: "The order was paid." },
      { body: "", deletedAt: expect.any(Number) as number },
    ]);
    expect(made["ada"]).toMatchObject({ name: "Ada Lovelace", data: { customer: 7 } });
  });

  it("receives webhooks, and refuses what is not signed or too old", async () => {
    const event = { type: "thread.deleted", at: 1, threadId: "t", data: {} };
    const old = signedHeaders(JSON.stringify(event), WEBHOOK_SECRET, 400);
    expect((await post("/webhooks", event)).status).toBe(204);
    expect((await post("/webhooks", event, old)).status).toBe(400);
    expect((await post("/webhooks", event, {})).status).toBe(400);
  });

  it("answers the check before sending", async () => {
    const author = { id: "ada", name: "Ada" };
    const checks = [
      { no: 1, kind: "message", author, body: "Hello" },
      { no: 2, kind: "message", author, body: "A casino" },
    ];
    const response = await post("/checks", { type: "before_send", at: 1, threadId: "t", data: { checks } });
    expect(await response.json()).toEqual({
      answers: [
        { no: 1, action: "allow" },
        { no: 2, action: "refuse", reason: "No advertising." },
      ],
    });
  });
});
