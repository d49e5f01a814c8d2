/**
 * Checks that every .ts and .tsx file in git is type-checked: that it belongs to one of the projects in tsconfig.json.
 * Prints each file that does not, and exits with 1 if there is any.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const TSC = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));

/** The projects that a tsconfig.json references, in which comments are whole lines. */
export function projectsOf(tsconfig: string): string[] {
  const json = tsconfig.replaceAll(/^\s*\/\/.*$/gm, "");
  const { references } = JSON.parse(json) as { references: { path: string }[] };
  return references.map(({ path }) => path);
}

function run(command: string, ...args: string[]): string[] {
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    .split("\n")
    .filter((line) => line !== "");
}

if (import.meta.main) {
  const root = realpathSync(".");
  const checked = projectsOf(readFileSync("tsconfig.json", "utf8")).flatMap((project) =>
    run(process.execPath, TSC, "-p", project, "--listFilesOnly").map((file) =>
      relative(root, file).replaceAll("\\", "/"),
    ),
  );
  const missing = new Set(run("git", "ls-files", "*.ts", "*.tsx")).difference(new Set(checked));
  for (const file of missing) console.error(`${file} is in no project of tsconfig.json`);
  process.exitCode = missing.size > 0 ? 1 : 0;
}
