/** Every socket is an open file, here and in the server, and a machine allows a process only so many. */
import { execFileSync } from "node:child_process";

/** What a process opens besides. */
const OTHERS = 200;

/** How many files a process that is started from here may open. */
export function openFilesAllowed(): number {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  return limit === "unlimited" ? Infinity : Number(limit);
}

/** Throws, saying what to do, where so many sockets cannot be open. */
export function requireOpenFiles(sockets: number): void {
  const limit = openFilesAllowed();
  if (limit >= sockets + OTHERS) return;
  throw new Error(
    `${sockets} sockets need ${sockets + OTHERS} open files, and this shell allows ${limit}: ` +
      `run "ulimit -n ${sockets + OTHERS}" first, or ask for fewer with --sockets`,
  );
}
