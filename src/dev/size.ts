/** `npm run size`: prints how large what browsers load is when gzipped, and fails if something is over its limit. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { gzipSync } from "node:zlib";
import { parseSync } from "vite";

interface Part {
  name: string;
  files: readonly string[];
  limitBytes?: number;
}

const PARTS: readonly Part[] = [
  { name: "client, before it connects", files: withImports("dist/client/client.js"), limitBytes: 12 * 1024 },
  { name: "client, what it loads later", files: globSync("dist/client/chunks/*.js") },
  { name: "widget, its loader", files: withImports("dist/widget/widget.js"), limitBytes: 4 * 1024 },
  {
    name: "widget, what it shows a chat with",
    files: withAllImports(globSync("dist/widget/widget/{element-connection,mount}-*.js")),
    limitBytes: 56 * 1024,
  },
  { name: "react, without the client", files: ["dist/react/react.js", "dist/react/style.css"] },
  { name: "server library", files: withImports("dist/server/server.js") },
  { name: "page, before it shows anything", files: filesOfPage("dist/web"), limitBytes: 60 * 1024 },
];

/** A module and all that it imports, without what it loads later. */
function withImports(file: string, found: Set<string> = new Set()): readonly string[] {
  if (found.has(file)) return [...found];
  found.add(file);
  const { staticImports, staticExports } = parseSync(file, readFileSync(file, "utf8")).module;
  const exportedFrom = staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest));
  for (const request of [...staticImports.map((one) => one.moduleRequest), ...exportedFrom]) {
    if (request?.value.startsWith(".")) withImports(posix.join(posix.dirname(file), request.value), found);
  }
  return [...found];
}

function withAllImports(files: readonly string[]): readonly string[] {
  return [...new Set(files.flatMap((file) => withImports(file)))];
}

/** The page, and the scripts and styles that it names. */
function filesOfPage(directory: string): readonly string[] {
  const page = `${directory}/index.html`;
  const named = [...readFileSync(page, "utf8").matchAll(/(?:src|href)="\/?([^":]+\.(?:js|css))"/g)];
  const files = named.map(([, path = ""]) => `${directory}/${path}`);
  return [page, ...new Set(files.flatMap((file) => (file.endsWith(".js") ? withImports(file) : [file])))];
}

/** Each file is compressed by itself, as it is sent. */
function gzippedBytes(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
}

for (const { name, files, limitBytes = Infinity } of PARTS) {
  const bytes = gzippedBytes(files);
  const limit = limitBytes === Infinity ? "" : ` of at most ${limitBytes}`;
  console.log(
    `${name}: ${bytes} bytes gzipped${limit} (${files.map((file) => posix.basename(file)).join(", ")})`,
  );
  if (files.length === 0 || bytes > limitBytes) process.exitCode = 1;
}
