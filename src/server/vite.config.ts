/** Builds the server library to dist/server: `server.js`, one ES module without imports. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: "../../dist/server",
    emptyOutDir: true,
    target: "es2022",
    // Nobody downloads it with a page: it may be read.
    minify: false,
    lib: { entry: { server: "server.ts" }, formats: ["es"] },
    rolldownOptions: { output: { entryFileNames: "[name].js" } },
  },
});
