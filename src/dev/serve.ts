/**
 * `npm run serve -- --port 8787 --storage DIR`: Lilypad's API on the bare workerd binary with on-disk storage, guests
 * allowed and no rate limits. For measurements; `npm start` serves the page as well.
 */
import { parseArgs } from "node:util";
import { devVars } from "./dev-vars.ts";
import { onEnd } from "./ending.ts";
import { bundleWorker, startWorkerd } from "./workerd.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8787" },
    host: { type: "string", default: "127.0.0.1" },
    storage: { type: "string", default: ".wrangler/serve" },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port must be a port number, not "${values.port}".`);
  process.exit(1);
}

const bundle = "dist/worker";
await bundleWorker(bundle);
const server = await startWorkerd({
  bundle,
  storage: values.storage,
  port,
  host: values.host,
  vars: { ...devVars(), GUEST_SIGN_IN: "true", RATE_LIMITS: "off" },
}).catch((error: unknown) => {
  // workerd has printed why: a port in use, a path that is no directory.
  console.error(String(error));
  process.exit(1);
});
console.log(`Ready on http://${values.host}:${server.port}, storing in ${values.storage}`);
onEnd((signal) => server.process.kill(signal));
server.process.removeAllListeners("exit");
server.process.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));
