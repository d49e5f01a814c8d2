/** `npm run build`: the page to dist/web, and the client to dist/client and, as `/client.js`, beside the page. */
import { copyFile } from "node:fs/promises";
import { build } from "vite";

/** Builds what the Worker serves as static assets. */
export async function buildAssets(): Promise<void> {
  await build({ configFile: "src/web/vite.config.ts", logLevel: "warn" });
  await build({ configFile: "src/client/vite.config.ts", logLevel: "warn" });
  await copyFile("dist/client/client.js", "dist/web/client.js");
}

if (import.meta.main) await buildAssets();
