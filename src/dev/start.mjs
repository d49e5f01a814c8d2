// `npm start`: development values in .dev.vars, the page built, and everything running locally in `wrangler dev`.
// What follows `--` goes to wrangler: `npm start -- --port 8790 --persist-to DIR`.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "vite";

if (!existsSync(".dev.vars")) {
  const example = readFileSync(".dev.vars.example", "utf8");
  writeFileSync(
    ".dev.vars",
    example.replaceAll("{random}", () => randomBytes(32).toString("base64url")),
    { mode: 0o600 },
  );
}

await build({ configFile: "src/web/vite.config.ts", logLevel: "warn" });

const wrangler = spawn(
  process.execPath,
  ["node_modules/wrangler/bin/wrangler.js", "dev", ...process.argv.slice(2)],
  { stdio: "inherit", env: { WRANGLER_SEND_METRICS: "false", ...process.env } },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => wrangler.kill(signal));
wrangler.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));
