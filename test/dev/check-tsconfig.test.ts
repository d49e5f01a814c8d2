import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, it } from "vitest";

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** Runs the check in a repository with these files, all of them in git. */
async function check(files: Record<string, string>): Promise<{ code: number | null; errors: string }> {
  const directory = await mkdtemp(join(tmpdir(), "lilypad-tsconfig-"));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(directory, name, ".."), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  spawnSync("git", ["init", "--quiet"], { cwd: directory });
  spawnSync("git", ["add", "--all"], { cwd: directory });
  const { status, stderr } = spawnSync(process.execPath, [resolve("src/dev/check-tsconfig.ts")], {
    cwd: directory,
    encoding: "utf8",
  });
  return { code: status, errors: stderr };
}

const PROJECT = `{ "compilerOptions": { "types": [], "noEmit": true, "allowImportingTsExtensions": true, "module": "ESNext" }, "include": ["."] }`;
const ROOT = `// A comment.
{ "files": [], "references": [{ "path": "a/tsconfig.json" }, { "path": "b/tsconfig.json" }] }`;

it("passes where every file is included in a project or imported by one", async () => {
  const { code, errors } = await check({
    "tsconfig.json": ROOT,
    "a/tsconfig.json": PROJECT,
    "b/tsconfig.json": PROJECT,
    "a/x.ts": `import "../shared/z.ts";`,
    "b/y.tsx": "export {};",
    "shared/z.ts": "export {};",
  });
  expect(errors).toBe("");
  expect(code).toBe(0);
});

it("names the files that are in no project", async () => {
  const { code, errors } = await check({
    "tsconfig.json": ROOT,
    "a/tsconfig.json": PROJECT,
    "b/tsconfig.json": PROJECT,
    "a/x.ts": "export {};",
    "b/y.ts": "export {};",
    "c/forgotten.tsx": "export {};",
    "c/script.mjs": "",
  });
  expect(errors.trim()).toBe("c/forgotten.tsx is in no project of tsconfig.json");
  expect(code).toBe(1);
});
