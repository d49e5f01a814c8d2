/** `npm run size`: what the client costs the page that loads it. Fails where that is more than was promised. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_BYTES = 12 * 1024;

const code = readFileSync("dist/client/client.js");
const bytes = gzipSync(code, { level: 9 }).length;
console.log(`client.js: ${bytes} bytes gzipped, of at most ${MOST_BYTES} (${code.length} before)`);
process.exit(bytes <= MOST_BYTES ? 0 : 1);
