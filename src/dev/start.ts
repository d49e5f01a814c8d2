// `npm start`: development values in .dev.vars, the page built, and everything running locally in `wrangler dev`.
// What follows `--` is passed on to wrangler: `npm start -- --port 8790 --persist-to DIR`.
import { buildAssets } from "./build.ts";
import { devVars } from "./dev-vars.ts";
import { runWranglerDev } from "./wrangler.ts";

devVars();
await buildAssets();
runWranglerDev(process.argv.slice(2));
