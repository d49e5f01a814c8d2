/**
 * Builds the client to dist/client: `client.js`, an ES module for pages and bundlers alike, and in `chunks` what it loads
 * later.
 */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: "../../dist/client",
    emptyOutDir: true,
    target: "es2023",
    lib: { entry: { client: "client.ts" }, formats: ["es"] },
    rolldownOptions: {
      // Chunks import from client.js, and not both from a third file, which would be one more way to the server and back.
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        // Constants stay `const`, which the minifier puts where they are used; it does not do so with Vite's `var`.
        topLevelVar: false,
        // Vite leaves the white space in libraries that are ES modules.
        minify: { codegen: true },
        // But for those that are meant for bundlers.
        comments: { legal: false, annotation: true, jsdoc: false },
      },
    },
  },
});
