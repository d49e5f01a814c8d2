// `npm run dev`: as `npm start`, and what is edited takes effect: vite rebuilds the page and the client, wrangler
// reloads the Worker. What follows `--` is passed on to wrangler: `npm run dev -- --port 8790`.
import { watchAssets } from "./build.ts";
import { devVars } from "./dev-vars.ts";
import { runWranglerDev } from "./wrangler.ts";

devVars();
await watchAssets((change) => console.log(change));
console.log("Watching src: the page and /client.js are rebuilt on change (reload the page to see it),");
console.log("and wrangler reloads the Worker.");
runWranglerDev(process.argv.slice(2));
