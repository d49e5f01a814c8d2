// `npm start`: development values in .dev.vars, the page built, and everything running locally in `wrangler dev`.
// What follows `--` goes to wrangler: `npm start -- --port 8790 --persist-to DIR`.
import { spawn } from "node:child_process";
import { buildAssets } from "./build.ts";
import { devVars } from "./dev-vars.ts";

devVars();
await buildAssets();

const wrangler = spawn(
  process.execPath,
  ["node_modules/wrangler/bin/wrangler.js", "dev", ...process.argv.slice(2)],
  { stdio: "inherit", env: { WRANGLER_SEND_METRICS: "false", ...process.env } },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));
