/** `/api/health`: that Lilypad is here, for monitoring, and for a client that cannot connect and looks why. */
import { version } from "../../../package.json";
import { json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { isOriginAllowed } from "../cors.ts";

/** Answered where nothing is configured too. */
export const HEALTH = "/api/health";

export function healthRoute(api: ApiRouter): void {
  api.get(HEALTH, (request, env) => {
    const originAllowed = isOriginAllowed(request, env);
    const response = json({ ok: true, version, ...(originAllowed !== undefined && { originAllowed }) });
    // Every page may read it: a browser does not say why it keeps other answers from one whose origin is not allowed.
    response.headers.set("access-control-allow-origin", "*");
    return response;
  });
}
