// `npm run setup`: installs the versions in package-lock.json unless they are installed already, here or in the directory
// given as an argument. Every other script runs it first, on whatever Node the machine has, so it uses nothing but Node.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const directory = process.argv[2] ?? ".";
const lock = join(directory, "package-lock.json");
const stamp = join(directory, "node_modules/.lilypad-setup");
const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");

function installed() {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return "";
  }
}

if (installed() !== wanted) {
  console.log(`Installing the packages of ${lock} …`);
  const npm = process.env["npm_execpath"];
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund"], {
    stdio: "inherit",
    cwd: directory,
  });
  if (status !== 0) process.exit(status ?? 1);
  // Scripts use the shell's `exec`, so that signals reach the program itself. cmd.exe has none: there it is a command that
  // runs its arguments.
  if (process.platform === "win32") writeFileSync(join(directory, "node_modules/.bin/exec.cmd"), "@%*\r\n");
  writeFileSync(stamp, wanted);
}
