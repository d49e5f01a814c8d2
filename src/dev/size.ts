/** `npm run size`: prints how large the built client is when gzipped, and fails if it is over the limit. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 12 * 1024;

const code = readFileSync("dist/client/client.js");
const bytes = gzipSync(code, { level: 9 }).length;
console.log(`client.js: ${bytes} bytes gzipped, of at most ${LIMIT_BYTES} (${code.length} uncompressed)`);
process.exit(bytes <= LIMIT_BYTES ? 0 : 1);
