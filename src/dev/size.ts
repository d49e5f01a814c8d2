/** `npm run size`: the client's size as a page downloads it. Fails above the documented limit. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 12 * 1024;

const code = readFileSync("dist/client/client.js");
const bytes = gzipSync(code, { level: 9 }).length;
console.log(`client.js: ${bytes} bytes gzipped, limit ${LIMIT_BYTES} (${code.length} uncompressed)`);
process.exit(bytes <= LIMIT_BYTES ? 0 : 1);
