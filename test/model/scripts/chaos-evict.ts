/** `npm run chaos:evict -- --rounds 1000 --seed 1`: random lives, with and without evictions between every two steps. */
import { chaos } from "./chaos.ts";

await chaos("evict", "evictions.test.ts", 1_000);
