/** Authenticates the administrator by `ADMIN_SECRET`, which is no user's token. */
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";
import { bearerToken } from "./authenticate.ts";

/** Throws `unauthenticated`; or `not_found` where there is no secret, as for any path that nothing is at. */
export async function requireAdmin(request: Request, env: Env): Promise<void> {
  const { adminSecret } = configOf(env);
  if (!adminSecret) throw new LilypadError("not_found", "There is nothing here.");
  const given = new TextEncoder().encode(bearerToken(request.headers.get("authorization") ?? ""));
  // Digests have one length, which the comparison requires, and disclose nothing of the secret's.
  const digests = await Promise.all([given, adminSecret].map((key) => crypto.subtle.digest("SHA-256", key)));
  const [ours, theirs] = digests;
  if (!ours || !theirs || !crypto.subtle.timingSafeEqual(ours, theirs))
    throw new LilypadError("unauthenticated", "This takes the administrator's secret.");
}
