/**
 * Builds what pages of other sites include to dist/widget: `widget.js`, the loader, and in `widget` what it loads. Separate
 * from the page: the same components, whose styles go into shadow roots.
 */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const STYLES = fileURLToPath(new URL("styles.ts", import.meta.url));
const CONNECTION = "widget/CONNECTION";
const PREFIX = "\0shadow-style:";

/** `import "./a.css"` adds the style sheet to those of the shadow roots; `?inline` gives its text, as ever. */
const shadowStyles: Plugin = {
  name: "shadow-styles",
  enforce: "pre",
  async resolveId(source, importer) {
    if (!source.endsWith(".css")) return null;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found && `${PREFIX}${found.id}.js`;
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    const file = id.slice(PREFIX.length, -".js".length);
    return `import text from ${JSON.stringify(`${file}?inline`)};
      import { addStyles } from ${JSON.stringify(STYLES)};
      addStyles(text);`;
  },
};

/** Puts the name of the module that the loader loads into it. */
const connectionName: Plugin = {
  name: "connection-name",
  generateBundle(_options, bundle) {
    const name = Object.keys(bundle).find((file) => file.startsWith("widget/element-connection-"));
    const loader = bundle["widget.js"];
    if (name === undefined || loader?.type !== "chunk" || !loader.code.includes(CONNECTION))
      this.error("the loader does not name what it loads");
    loader.code = loader.code.replace(CONNECTION, name);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [shadowStyles, connectionName],
  build: {
    outDir: "../../dist/widget",
    emptyOutDir: true,
    target: "es2023",
    lib: { entry: { widget: "widget.ts" }, formats: ["es"] },
    rolldownOptions: {
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "widget/[name]-[hash].js",
        topLevelVar: false,
        // Vite leaves the white space in libraries that are ES modules.
        minify: { codegen: true },
        comments: false,
      },
    },
  },
});
