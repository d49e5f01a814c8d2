/**
 * `npm run example -- NAME`: starts Lilypad as `npm start` does, and an application of `examples` that uses it. With `--url`
 * it uses a Lilypad that runs already, whose secrets are in the environment.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { devVars } from "./dev-vars.ts";
import { onEnd } from "./ending.ts";

const DIRECTORY = "examples";
/** How often a server that starts is asked whether it answers. */
const ASK_MS = 250;

/** By what an example is started, depending on the file that it has. */
const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "server.mjs": [process.execPath, "server.mjs"],
  "app.py": [process.env["PYTHON"] ?? "python3", "app.py"],
  "package.json": ["npm", "start"],
};

function usage(problem: string): never {
  console.error(`npm run example: ${problem}
npm run example -- NAME [--port 3000] [--lilypad-port 8787 | --url URL]
NAME is one of ${readdirSync(DIRECTORY).join(", ")}`);
  process.exit(2);
}

function parsed() {
  const port = { type: "string", default: "3000" } as const;
  const options = {
    port,
    "lilypad-port": { type: "string", default: "8787" },
    url: { type: "string" },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage((error as Error).message);
  }
}

const { values, positionals } = parsed();
const [name = ""] = positionals;
const directory = `${DIRECTORY}/${name}`;
const file = /^[\w-]+$/.test(name) && Object.keys(COMMANDS).find((one) => existsSync(`${directory}/${one}`));
const command = file ? COMMANDS[file] : undefined;
if (!command) usage(name === "" ? "which one?" : `there is no example ${name}`);

const children = new Set<ChildProcess>();
let isEnding = false;

/** Runs a program until it ends, or the others do. */
function run([program, ...args]: readonly [string, ...string[]], cwd: string, env: NodeJS.ProcessEnv): void {
  const child = spawn(program, args, { cwd, stdio: "inherit", env: { ...process.env, ...env } });
  children.add(child);
  child.once("error", (error) => {
    console.error(`${program}: ${error.message}`);
    children.delete(child);
    end("SIGTERM", 1);
  });
  child.once("exit", (code) => {
    children.delete(child);
    end("SIGTERM", code ?? 1);
  });
}

function end(signal: NodeJS.Signals, code = 0): void {
  if (!isEnding) process.exitCode = code;
  isEnding = true;
  for (const child of children) child.kill(signal);
}

onEnd((signal) => end(signal));

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/health`)).ok;
  } catch {
    return false;
  }
}

/** What the applications import from this repository, as from an installed package. */
const LIBRARIES = ["dist/client/client.js", "dist/server/server.js", "dist/react/react.js"];

const PORT = values.port;
if (values.url !== undefined) {
  // What is there may be what the Lilypad that runs serves: it stays.
  if (!LIBRARIES.every((library) => existsSync(library))) {
    const { buildAssets, buildReact } = await import("./build.ts");
    await buildAssets();
    await buildReact();
  }
  run(command, directory, { PORT, LILYPAD_URL: values.url });
} else {
  const port = values["lilypad-port"];
  const url = `http://localhost:${port}`;
  // A .dev.vars from before there were server tokens has none.
  const { AUTH_SECRET, SERVER_SECRET = randomBytes(32).toString("base64url") } = devVars();
  const settings = ["--var", `SERVER_SECRET:${SERVER_SECRET}`];
  run([process.execPath, "src/dev/start.ts", "--port", port, ...settings], ".", {});
  for (;;) {
    if (isEnding || (await answers(url))) break;
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  // `npm start` builds the other libraries.
  if (file === "package.json") await (await import("./build.ts")).buildReact();
  if (!isEnding) run(command, directory, { PORT, LILYPAD_URL: url, AUTH_SECRET, SERVER_SECRET });
}
