/** What `npm pack` makes: a package that needs nothing of the Worker's, with types for every way of finding them. */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { compile, outputOf, type Output } from "./compiler.ts";
import manifest from "../../package.json" with { type: "json" };

/** The Node of this machine: npm scripts have their own first in the path. */
const HOST_NODE = process.env["npm_node_execpath"] ?? process.execPath;
// The declarations of the language itself and of the browser are TypeScript's own: checking them takes most of the time.
const STRICT = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--skipDefaultLibCheck",
  "--target",
  "es2024",
];

let tarball: string;
let site: string;
let packed: string[];
let install: Output;

/** Runs a program in the site. */
function run(command: string, ...args: string[]): Output {
  return outputOf(command, args, { cwd: site });
}

const FINE = { status: 0, output: "" };

beforeAll(async () => {
  site = await mkdtemp(join(inject("scratch"), "site-"));
  // Without its scripts: it is built, and building it anew would pull it from under the server of the other tests.
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", site];
  const [{ filename, files }] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" })) as [
    { filename: string; files: { path: string }[] },
  ];
  tarball = join(site, filename);
  packed = files.map(({ path }) => path);
  await writeFile(join(site, "package.json"), `{ "type": "module", "private": true }`);
  // A registry would be asked for what the package depends on: there is none here.
  install = run("npm", "install", "--offline", "--cache", join(site, ".npm"), tarball);
});

describe("the package", () => {
  it("is installed without a network, and brings nothing with it", async () => {
    expect(install).toEqual({ status: 0, output: expect.any(String) });
    const installed = await readdir(join(site, "node_modules"));
    expect(installed.filter((name) => !name.startsWith("."))).toEqual(["lilypad"]);
  });

  it("has what is built of its entries, and no source, test, setting or secret", async () => {
    const isBuilt = (path: string) => /^dist\/(client|react|server|types)\/.*\.(js|d\.ts|css)$/.test(path);
    const others = packed.filter((path) => !isBuilt(path));
    expect(others.toSorted()).toEqual(["LICENSE", "README.md", "package.json"]);
    const secrets = [...(await readFile(".dev.vars", "utf8")).matchAll(/_SECRET="?([^"\n]{16,})/g)];
    expect(secrets.length).toBeGreaterThan(0);
    for (const path of packed) {
      const text = await readFile(join(site, "node_modules/lilypad", path), "utf8");
      for (const [, secret = ""] of secrets) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/from ?"(zod|jose|itty-router|preact|cloudflare:)/);
    }
  });

  it("is one that publint finds nothing to say about", async () => {
    const { messages, pkg } = await publint({
      pack: { tarball: new Uint8Array(await readFile(tarball)).buffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("has types that are not wrong, as far as an ES module is imported", async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await readFile(tarball))));
    if (result.types === false) throw new Error("it has no types");
    const modes = new Set(["node16-esm", "bundler"]);
    const problems = result.problems.filter(
      (problem) => !("resolutionKind" in problem) || modes.has(problem.resolutionKind),
    );
    expect(problems).toEqual([]);
    for (const [entry, { resolutions }] of Object.entries(result.entrypoints)) {
      if (entry === "./package.json") continue;
      expect([entry, resolutions.bundler.resolution?.isTypeScript]).toEqual([entry, true]);
    }
  });
});

/** A program of a user of each entry: what compiles, and what does not. */
const PROGRAMS = {
  "client.ts": `import { createClient, type Message, type Room } from "lilypad/client";
    const room: Room = createClient({ url: "https://chat.example.com" }).thread("key:order-123");
    room.on("chat", ({ message }) => { const { seq }: Message = message; seq.toFixed(); });
    // @ts-expect-error: there is no such event
    room.on("chit", () => {});
    // @ts-expect-error: a message has no title
    room.subscribe(({ messages }) => messages.map(({ title }) => title));`,
  "server.ts": `import { createServer, type WebhookEvent } from "lilypad/server";
    const lilypad = createServer({ url: "https://chat.example.com", secret: "s", authSecret: "a" });
    export const token: Promise<string> = lilypad.signUserToken({ id: "ada", name: "Ada" });
    export const bodyOf = (event: WebhookEvent) => event.type === "message.created" && event.data.message.body;
    // @ts-expect-error: a thread of the host's is a group or public
    lilypad.thread("key:k").put({ kind: "direct" });`,
  "react.tsx": `import { LilypadProvider, Thread, useUnread } from "lilypad/react";
    import "lilypad/react/style.css";
    export const Badge = () => <b>{useUnread().toFixed()}</b>;
    export const Chat = () => (
      <LilypadProvider url="https://chat.example.com" getToken={() => "t"}><Thread thread="key:k" /></LilypadProvider>
    );
    // @ts-expect-error: a provider has no thread
    export const wrong = <LilypadProvider thread="t" />;`,
};

describe("its entries", () => {
  beforeAll(async () => {
    for (const [name, program] of Object.entries(PROGRAMS)) await writeFile(join(site, name), program);
    // React is the user's own.
    await mkdir(join(site, "node_modules/@types"));
    for (const name of ["react", "@types/react", "csstype"])
      await symlink(resolve("node_modules", name), join(site, "node_modules", name));
  });

  it.each(["node16", "nodenext", "bundler"])(
    "have types that a strict compiler takes, found as %s",
    (resolution) => {
      const module = resolution === "bundler" ? "esnext" : resolution;
      const options = [
        "--lib",
        "esnext,dom,dom.iterable",
        "--module",
        module,
        "--moduleResolution",
        resolution,
      ];
      const files = [...Object.keys(PROGRAMS), "--jsx", "react-jsx"];
      expect(compile([...STRICT, ...options, ...files], site)).toEqual(FINE);
    },
  );

  it.each([
    ["lilypad/client", "createClient"],
    ["lilypad/server", "createServer"],
    ["lilypad/react", "LilypadProvider"],
  ])("%s is imported by its name in the Node of this machine", async (entry, name) => {
    await writeFile(
      join(site, "site.js"),
      `import { ${name} } from "${entry}"; console.log(typeof ${name});`,
    );
    expect(run(HOST_NODE, "site.js")).toEqual({ status: 0, output: "function\n" });
  });
});

describe("the contract's types, which are written without zod", () => {
  it("are those that zod makes", async () => {
    const checks = ["import type { Equal } from './equal.ts';"];
    for (const file of globSync("dist/types/protocol/*.d.ts")) {
      const module = basename(file, ".d.ts");
      const name = module.replaceAll("-", "_");
      const types = [...(await readFile(file, "utf8")).matchAll(/^export type (\w+)/gm)].map(
        ([, type]) => type,
      );
      checks.push(
        `import type * as plain_${name} from ${JSON.stringify(resolve(file.replace(".d.ts", ".js")))};`,
      );
      checks.push(
        `import type * as zod_${name} from ${JSON.stringify(resolve(`src/protocol/${module}.ts`))};`,
      );
      for (const type of types)
        checks.push(`true satisfies Equal<plain_${name}.${type}, zod_${name}.${type}>;`);
    }
    expect(checks.length).toBeGreaterThan(20);
    const directory = await mkdtemp(join(inject("scratch"), "types-"));
    await symlink(resolve("node_modules"), join(directory, "node_modules"));
    await writeFile(
      join(directory, "equal.ts"),
      "export type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;",
    );
    await writeFile(join(directory, "types.ts"), checks.join("\n"));
    const options = ["--lib", "esnext,dom", "--module", "esnext", "--moduleResolution", "bundler"];
    options.push("--allowImportingTsExtensions", join(directory, "types.ts"));
    expect(compile([...STRICT, ...options], site)).toEqual(FINE);
  });
});

it("has the version that the Worker has", async () => {
  const text = await readFile(join(site, "node_modules/lilypad/package.json"), "utf8");
  expect((JSON.parse(text) as { version: string }).version).toBe(manifest.version);
});
