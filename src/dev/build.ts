/**
 * `npm run build`: the page to dist/web, and beside it the client (dist/client), the widget (dist/widget) and the documents
 * of the API; the library for the host's server to dist/server, and the React components to dist/react.
 */
import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build, type Rolldown } from "vite";

const PAGE = { configFile: "src/web/vite.config.ts", logLevel: "warn" } as const;
const SERVER = { configFile: "src/server/vite.config.ts", logLevel: "warn" } as const;
const CLIENT = { configFile: "src/client/vite.config.ts", logLevel: "warn" } as const;
const CLIENT_ENTRIES = {
  configFile: "src/client/further-entries.vite.config.ts",
  logLevel: "warn",
} as const;
const WIDGET = { configFile: "src/widget/vite.config.ts", logLevel: "warn" } as const;
/** What pages of other sites load. */
const FOR_OTHER_SITES = [
  "client/client.js",
  "client/contacts.js",
  "client/moderation.js",
  "client/chunks",
  "widget/widget.js",
  "widget/widget",
];
const REACT = { configFile: "src/react/vite.config.ts", logLevel: "warn" } as const;

/** Builds what the Worker serves as static assets, and the server library. */
export async function buildAssets(): Promise<void> {
  await build(PAGE);
  await build(CLIENT);
  await build(CLIENT_ENTRIES);
  await build(WIDGET);
  await build(SERVER);
  await addOtherAssets();
}

/** Builds the same, and again on every change of a source. Resolves after the first build; `log` gets a line per rebuild. */
export async function watchAssets(log: (line: string) => void): Promise<void> {
  await watch(PAGE, () => rebuilt("page"));
  await watch(CLIENT, async () => {
    // Its own build empties dist/client.
    await build(CLIENT_ENTRIES);
    await rebuilt("client");
  });
  await build(CLIENT_ENTRIES);
  await watch(WIDGET, () => rebuilt("widget"));
  await addOtherAssets();

  async function rebuilt(what: string): Promise<void> {
    // Also after the page alone: its build empties dist/web.
    await addOtherAssets();
    log(`Rebuilt the ${what}.`);
  }
}

/** Resolves after the first build; `rebuilt` is called after each further one. */
async function watch(
  config: typeof PAGE | typeof CLIENT | typeof WIDGET,
  rebuilt: () => Promise<void>,
): Promise<void> {
  const watcher = (await build({ ...config, build: { watch: {} } })) as Rolldown.RolldownWatcher;
  await new Promise<void>((resolve) => {
    let isFirst = true;
    watcher.on("event", async (event) => {
      // What is wrong with a source, vite has printed: the next change may mend it.
      if (event.code === "BUNDLE_END" || event.code === "ERROR") await event.result?.close();
      if (event.code !== "END") return;
      if (!isFirst) await rebuilt();
      isFirst = false;
      resolve();
    });
  });
}

/** What is beside the page. */
async function addOtherAssets(): Promise<void> {
  for (const path of FOR_OTHER_SITES)
    await cp(`dist/${path}`, `dist/web${path.slice(path.indexOf("/"))}`, { recursive: true });
  // In a process of its own, which reads the schemas as they are now.
  await promisify(execFile)(process.execPath, ["src/dev/api-documents.ts"]);
}

/** Builds what a React application installs, besides the client. */
export async function buildReact(): Promise<void> {
  await build(REACT);
  await writeFile("dist/react/style.css", await withImports("src/react/style.css"));
  // TypeScript asks for the types of what is imported, also for its effects alone.
  await writeFile("dist/react/style.css.d.ts", "export {};\n");
}

/** A style sheet with those that it imports in place. */
async function withImports(file: string): Promise<string> {
  const imports = [...(await readFile(file, "utf8")).matchAll(/^@import "(.+)";$/gm)];
  const sheets = imports.map(([, name = ""]) => readFile(join(dirname(file), name), "utf8"));
  return (await Promise.all(sheets)).join("\n");
}

if (import.meta.main) {
  await buildAssets();
  await buildReact();
}
