/** `npm run chaos:model -- --rounds 20000 --seed 1`: random programs, and clients that must end up with what the thread holds. */
import { chaos } from "./chaos.ts";

await chaos("model", "model.test.ts", 20_000);
