/** Builds the page to dist/web, which the Worker serves as static assets. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: { outDir: "../../dist/web", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0 },
  // In development `vite` serves the page and `wrangler dev` the API.
  server: { proxy: { "/api": { target: "http://localhost:8787", ws: true } } },
});
