/**
 * Builds the React components to dist/react/react.js, for bundlers. Neither React nor the client is in it: both are imported,
 * so that a page has one of each.
 */
import { defineConfig, type Plugin } from "vite";

const CLIENT = /\/src\/client\/client\.ts$/;

/** The client's entry point is the module that `lilypad/client` names, wherever the package is installed. */
const externalClient: Plugin = {
  name: "external-client",
  enforce: "pre",
  async resolveId(source, importer) {
    const resolved = source.startsWith(".") ? await this.resolve(source, importer, { skipSelf: true }) : null;
    return resolved && CLIENT.test(resolved.id) ? { id: "../client/client.js", external: true } : null;
  },
};

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [externalClient],
  // The hooks that the page shares are React's as well.
  resolve: { alias: { "preact/hooks": "react" } },
  build: {
    outDir: "../../dist/react",
    emptyOutDir: true,
    target: "es2023",
    // The host's bundler does that.
    minify: false,
    lib: { entry: { react: "react.ts" }, formats: ["es"] },
    rolldownOptions: {
      external: [/^react($|\/)/],
      output: {
        entryFileNames: "[name].js",
        // For frameworks with server components: these have state and effects.
        banner: '"use client";',
      },
    },
  },
});
