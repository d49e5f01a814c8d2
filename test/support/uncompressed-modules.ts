/**
 * The plug-in that runs tests in workerd sends it every module through a WebSocket, whose messages the two would compress and
 * decompress on the same machine, which takes a sixth of the time until the tests begin. Without the extension in the
 * handshake they do not.
 */
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

/** Of the plug-in's own handshake (@cloudflare/vitest-pool-workers 1.5, `connectToMiniflareSocket`). */
const HEADER = "MF-Vitest-Worker-Data";

export function sendModulesUncompressed(): void {
  subscribe("http.client.request.created", (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.hasHeader(HEADER)) request.removeHeader("Sec-WebSocket-Extensions");
  });
}
