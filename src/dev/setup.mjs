// Installs what package-lock.json names, unless it is there already. Runs before `npm start`, `npm test` and
// `npm run deploy`, on whatever Node the machine has, so it uses nothing but Node.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const STAMP = "node_modules/.lilypad-setup";
const wanted = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");

function installed() {
  try {
    return readFileSync(STAMP, "utf8");
  } catch {
    return "";
  }
}

if (installed() !== wanted) {
  console.log("Installing what package-lock.json names …");
  const npm = process.env["npm_execpath"];
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status } = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund"], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, wanted);
}
