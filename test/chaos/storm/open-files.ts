/** Every socket is an open file, here and in the server, and the shell limits how many a process may open. */
import { execFileSync } from "node:child_process";

/** Files that a process opens apart from sockets. */
const OTHER_FILES = 200;

/** How many files a process started from here may open. */
export function openFilesAllowed(): number {
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  return limit === "unlimited" ? Infinity : Number(limit);
}

/** Throws, with what to do, where so many sockets cannot be open. */
export function requireOpenFiles(sockets: number): void {
  const limit = openFilesAllowed();
  if (limit >= sockets + OTHER_FILES) return;
  throw new Error(
    `${sockets} sockets need ${sockets + OTHER_FILES} open files, and this shell allows ${limit}: ` +
      `run "ulimit -n ${sockets + OTHER_FILES}" first, or use fewer --sockets`,
  );
}
