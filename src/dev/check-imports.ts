/**
 * Checks the imports of src, type imports included: no two files import each other in a circle, and folders depend on
 * each other in one direction only. Prints each violation as `file -> file: why` and exits with 1 if there is any.
 */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { parseSync } from "vite";

/** What each folder of src may import from besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  "api-docs": ["protocol"],
  server: ["protocol"],
  client: ["protocol"],
  view: ["client", "protocol"],
  web: ["view", "client", "protocol"],
  react: ["view", "client", "protocol"],
  widget: ["web", "view", "client", "protocol"],
  config: ["protocol"],
  durable: ["protocol"],
  rpc: ["protocol", "config"],
  auth: ["protocol", "config", "rpc"],
  sockets: ["protocol", "config", "rpc", "auth", "durable"],
  thread: ["protocol", "config", "rpc", "auth", "durable", "sockets"],
  presence: ["protocol", "config", "rpc", "auth", "durable", "sockets"],
  relay: ["protocol", "config", "rpc", "auth", "durable", "sockets"],
  socketio: ["protocol", "config", "rpc", "auth", "durable", "sockets"],
  worker: ["protocol", "config", "rpc", "auth", "durable", "sockets"],
  cli: ["protocol"],
  dev: ["config", "api-docs"],
};
/** The folders of the Durable Object classes, and the file that re-exports these classes and nothing else of them. */
const OBJECT_FOLDERS = new Set(["thread", "presence", "relay", "socketio"]);
const ENTRY_POINT = "src/worker/index.ts";
/** Names the types of the Durable Object classes, for bindings. */
const EXEMPT = "src/env.d.ts";
/** Outside of src, but any folder may read the version from it. */
const PACKAGE = "package.json";

/** A relative import or re-export. Paths are relative to the repository and have forward slashes. */
interface Import {
  from: string;
  to: string;
  /** `export { … } from`: nothing of it is used in the file itself. */
  isReexport: boolean;
}

/** The violations in these sources, by path (`src/…`). Each is a line `file -> file: why`. */
export function importViolations(sources: ReadonlyMap<string, string>): string[] {
  const imports = [...sources]
    .filter(([file]) => file !== EXEMPT)
    .flatMap(([file, source]) => importsOf(file, source));
  return [...new Set([...directionViolations(imports), ...circleViolations(imports)])];
}

function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  const [error] = errors;
  if (error) throw new Error(`${file}: ${error.message}`);
  const imports: Import[] = [];
  visit(program, (node) => {
    const specifier = specifierOf(node);
    if (specifier?.startsWith(".") !== true) return;
    const to = posix.join(posix.dirname(file), specifier);
    imports.push({ from: file, to, isReexport: node["type"] === "ExportNamedDeclaration" });
  });
  return imports;
}

type AstNode = Record<string, unknown>;

function visit(value: unknown, onNode: (node: AstNode) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value) && "type" in value) onNode(value as AstNode);
  for (const child of Object.values(value)) visit(child, onNode);
}

/** What a node imports: `import … from`, `export … from`, `import(…)` and the type `import("…")` all have a `source`. */
function specifierOf({ type, source }: AstNode): string | undefined {
  const isImport = typeof type === "string" && /^(Import|Export|TSImport)/.test(type);
  if (!isImport || typeof source !== "object" || source === null) return undefined;
  const { value } = source as { value?: unknown };
  return typeof value === "string" ? value : undefined;
}

function directionViolations(imports: readonly Import[]): string[] {
  return imports.flatMap((one) => {
    const why = directionViolation(one);
    return why === undefined ? [] : [`${one.from} -> ${one.to}: ${why}`];
  });
}

function directionViolation({ from, to, isReexport }: Import): string | undefined {
  const [folder, target] = [folderOf(from), folderOf(to)];
  if (to === PACKAGE || (folder !== undefined && folder === target)) return undefined;
  if (target === undefined) return "is in no folder of src";
  const allowed = folder === undefined ? undefined : MAY_IMPORT[folder];
  if (allowed === undefined) return `${folder ?? from} is not in the table of src/dev/check-imports.ts`;
  if (from === ENTRY_POINT && OBJECT_FOLDERS.has(target))
    return isReexport ? undefined : `only \`export { … } from\` of ${target}'s Durable Object class`;
  if (allowed.includes(target)) return undefined;
  return `${folder} may import ${allowed.length === 0 ? "no other folder" : `only ${allowed.join(", ")}`}`;
}

/** The folder of src that a path is in; undefined where it is in none. */
function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** For each group of files that import each other in a circle: the shortest circle through the first of them. */
function circleViolations(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const next = (file: string) => (targets.get(file) ?? []).map(({ to }) => to);
  const violations: string[] = [];
  const inCircle = new Set<string>();
  for (const file of [...targets.keys()].toSorted()) {
    if (inCircle.has(file)) continue;
    const circle = shortestPath(next, file, file);
    if (!circle) continue;
    const reachable = [...targets.keys()].filter((other) => shortestPath(next, file, other));
    const group = reachable.filter((other) => shortestPath(next, other, file));
    for (const other of group) inCircle.add(other);
    const [, second = file] = circle;
    violations.push(`${file} -> ${second}: in a circle of ${group.length} files: ${circle.join(" -> ")}`);
  }
  return violations;
}

/** The shortest way of at least one import from one file to another, both included; undefined where there is none. */
function shortestPath(
  next: (file: string) => readonly string[],
  from: string,
  to: string,
): string[] | undefined {
  const previous = new Map<string, string>();
  const queue = [from];
  for (const file of queue) {
    for (const target of next(file)) {
      if (previous.has(target)) continue;
      previous.set(target, file);
      if (target === to) return pathTo(to, from, previous);
      queue.push(target);
    }
  }
  return undefined;
}

function pathTo(to: string, from: string, previous: ReadonlyMap<string, string>): string[] {
  const path = [to];
  for (let file = previous.get(to); file !== undefined && file !== from; file = previous.get(file))
    path.unshift(file);
  return [from, ...path];
}

if (import.meta.main) {
  const files = globSync("src/**/*.{ts,tsx,mjs}").map((file) => file.replaceAll("\\", "/"));
  const violations = importViolations(new Map(files.map((file) => [file, readFileSync(file, "utf8")])));
  for (const violation of violations.toSorted()) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
