/**
 * React applications as Vite's template for it sets them up, with the package installed, opened in a browser. In
 * development React's StrictMode mounts each component, takes it away and mounts it again, with the same state.
 */
import { mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { dirname, extname, join, resolve } from "node:path";
import react from "@vitejs/plugin-react";
import type { Browser, Page } from "playwright-core";
import { inject } from "vitest";
import { build, type InlineConfig } from "vite";
import { DESKTOP } from "./page.ts";
import { releasePage, takePage } from "./page-pool.ts";

/** The versions of React that are tried, as package.json names them. */
export const REACT_VERSIONS = { "18": "react-18", "19": "react" } as const;
export type ReactVersion = keyof typeof REACT_VERSIONS;

export interface AppOptions {
  /** `main.jsx`, or `main.tsx` where `files` has that. */
  files: Record<string, string>;
  react?: ReactVersion;
  /** Whether React is a development build, whose StrictMode mounts twice. */
  development?: boolean;
}

/** What an application has in `node_modules`: this package as `npm install` links it, and what it needs. */
export async function installPackages(directory: string): Promise<void> {
  const modules = join(directory, "node_modules");
  await mkdir(join(modules, "@vitejs"), { recursive: true });
  await symlink(resolve("."), join(modules, "lilypad"));
  for (const name of ["react", "react-dom", "vite", "@vitejs/plugin-react"])
    await symlink(resolve("node_modules", name), join(modules, name));
}

/** What Vite is to do for an application with this version of React. */
export function viteConfig({
  react: version = "19",
  development = true,
}: Pick<AppOptions, "react" | "development">): InlineConfig {
  const name = REACT_VERSIONS[version];
  return {
    configFile: false,
    logLevel: "error",
    plugins: [react()],
    mode: development ? "development" : "production",
    define: { "process.env.NODE_ENV": JSON.stringify(development ? "development" : "production") },
    resolve: {
      alias: [
        { find: /^react(?=$|\/)/, replacement: resolve("node_modules", name) },
        {
          find: /^react-dom(?=$|\/)/,
          replacement: resolve("node_modules", name.replace("react", "react-dom")),
        },
      ],
    },
  };
}

/** Writes an application to a directory of its own. */
export async function writeApp(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(inject("scratch"), "react-"));
  await installPackages(directory);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

/** Builds an application and opens it; `prepare` is called before its page is loaded. */
export async function openReactApp(
  browser: Browser,
  options: AppOptions,
  prepare: (page: Page) => Promise<void> | void = () => undefined,
): Promise<{ page: Page; close: () => Promise<void> }> {
  const site = await serveReactApp(options);
  const { context, page } = await takePage(browser, DESKTOP);
  await prepare(page);
  await page.goto(site.url);
  return {
    page,
    close: async () => {
      await releasePage(context);
      site.close();
    },
  };
}

/** Builds an application, and serves it on a free port. */
export async function serveReactApp(options: AppOptions): Promise<{ url: string; close: () => void }> {
  const main = "main.tsx" in options.files ? "main.tsx" : "main.jsx";
  const directory = await writeApp({
    "index.html": `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>A React site</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" /></head>
      <body><div id="root"></div><script type="module" src="/${main}"></script></body></html>`,
    ...options.files,
  });
  await build({
    ...viteConfig(options),
    root: directory,
    build: { outDir: "built", minify: false, modulePreload: false, chunkSizeWarningLimit: 10_000 },
  });
  return serveFolder(join(directory, "built"));
}

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
};

/** Serves the files of a folder on a free port. A browser keeps them, with what it has compiled. */
export async function serveFolder(folder: string): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    readFile(file).then(
      (content) =>
        response
          .writeHead(200, { "content-type": type, "cache-control": "max-age=31536000, immutable" })
          .end(content),
      () => response.writeHead(404).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, close: () => void server.close() };
}
