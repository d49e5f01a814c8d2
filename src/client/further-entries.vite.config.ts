/**
 * Builds the further entries of the package to dist/client, after `client.js` and apart from it: a module that both shared
 * would be one more file for every page that loads the client.
 */
import { defineConfig } from "vite";
import client from "./vite.config.ts";

export default defineConfig({
  ...client,
  build: {
    ...client.build,
    emptyOutDir: false,
    lib: {
      entry: { contacts: "contacts/contacts.ts", moderation: "moderation/moderation.ts" },
      formats: ["es"],
    },
  },
});
