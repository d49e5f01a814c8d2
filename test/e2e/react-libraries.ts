/**
 * Applications of one small module on libraries that are built once for each version of React: the module is compiled
 * in a millisecond, where building an application with all that it imports takes a third of a second
 * (test/e2e/react-app.ts).
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, transformWithOxc } from "vite";
import { serveFolder, viteConfig, writeApp, type ReactVersion } from "./react-app.ts";

/** What the modules import. */
const ENTRY = `
  import "lilypad/react/style.css";
  export * from "lilypad/react";
  export { createClient } from "lilypad/client";
  export { StrictMode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
  export { Fragment, jsxDEV } from "react/jsx-dev-runtime";
  export { createRoot } from "react-dom/client";`;
const NAMES = ["lilypad/react", "lilypad/client", "react", "react/jsx-dev-runtime", "react-dom/client"];
const IMPORT_MAP = JSON.stringify({
  imports: Object.fromEntries(NAMES.map((name) => [name, "/libraries.mjs"])),
});

interface Libraries {
  url: string;
  folder: string;
}

const libraries = new Map<ReactVersion, Promise<Libraries>>();

function librariesWith(react: ReactVersion): Promise<Libraries> {
  const known = libraries.get(react) ?? buildLibraries(react);
  libraries.set(react, known);
  return known;
}

/** Built as an application is, with a development build of React. They are served until the process ends. */
async function buildLibraries(react: ReactVersion): Promise<Libraries> {
  const root = await writeApp({ "libraries.js": ENTRY });
  await build({
    ...viteConfig({ react }),
    root,
    build: {
      outDir: "built",
      minify: false,
      lib: { entry: "libraries.js", formats: ["es"], fileName: "libraries", cssFileName: "style" },
    },
  });
  const folder = join(root, "built");
  const { url } = await serveFolder(folder);
  return { url, folder };
}

/** Serves a page that runs this module, in JSX, with a style sheet after the package's. Returns its address. */
export async function servePage(react: ReactVersion, main: string, style: string): Promise<string> {
  const { url, folder } = await librariesWith(react);
  const { code } = await transformWithOxc(main, "main.jsx", {
    sourceType: "module",
    jsx: { runtime: "automatic", development: true },
  });
  const name = `${crypto.randomUUID()}.html`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>A React site</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="/style.css" /><style>${style}</style>
    <script type="importmap">${IMPORT_MAP}</script></head>
    <body><div id="root"></div><script type="module">${code}</script></body></html>`;
  await writeFile(join(folder, name), html);
  return `${url}/${name}`;
}
