/** Builds the client to dist/client/client.js: one ES module, for pages and bundlers alike. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: "../../dist/client",
    // The types are there too.
    emptyOutDir: false,
    target: "es2023",
    modulePreload: false,
    // Not `build.lib`, which leaves white space in ES modules.
    rolldownOptions: {
      input: { client: "client.ts" },
      preserveEntrySignatures: "strict",
      // Constants stay `const`, which the minifier puts where they are used; it does not do so with Vite's `var`.
      output: { entryFileNames: "[name].js", topLevelVar: false },
    },
  },
});
