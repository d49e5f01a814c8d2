/**
 * The host's own tokens: JWTs by which its server acts as the host itself, or as one of its users. HS256 under
 * `SERVER_SECRET` alone, and short-lived.
 *
 * A user's token always has a `name` and a server token never has one: so each token has one meaning, whatever it is signed
 * with, and one that is not valid in it is refused.
 */
import { decodeJwt, decodeProtectedHeader, errors } from "jose";
import { z } from "zod";
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";
import { SERVER_TOKEN_MS } from "../protocol/limits.ts";
import { personId } from "../protocol/fields.ts";
import { SESSION_TYPE } from "./session-token.ts";
import { verifyWithSecrets } from "./shared-secrets.ts";
import { verifiedOnce } from "./verified-tokens.ts";

/** By how much the host's clock may be ahead of ours, in seconds: for when a token begins, and how far ahead it ends. */
const CLOCK_LEEWAY = 60;

const inTime = (seconds: number) => seconds <= Date.now() / 1000 + CLOCK_LEEWAY;

const claims = z.object({
  sub: personId.optional(),
  exp: z.number(),
  iat: z.number().refine(inTime, "is in the future").optional(),
});

/** As whom a server token acts, and until when. */
export interface ServerToken {
  /** Undefined for the host itself. */
  userId: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Whether a token means to be a server token. Where there is no server API none does. */
export function isServerToken(env: Env, token: string): boolean {
  if (!configOf(env).serverSecret) return false;
  try {
    const { alg, typ } = decodeProtectedHeader(token);
    return alg === "HS256" && typ !== SESSION_TYPE && !Object.hasOwn(decodeJwt(token), "name");
  } catch {
    return false;
  }
}

/** Verifies what is a server token by `isServerToken`. Throws `unauthenticated`. That its user is known is the caller's to check. */
export async function verifyServerToken(env: Env, token: string): Promise<ServerToken> {
  const { serverSecret } = configOf(env);
  if (!serverSecret) throw refused("there is no SERVER_SECRET here");
  const payload = await verifiedOnce(serverSecret, token, async () => {
    const options = { requiredClaims: ["exp"], clockTolerance: CLOCK_LEEWAY };
    try {
      return (await verifyWithSecrets(token, [serverSecret], options)).payload;
    } catch (error) {
      throw refused(reasonOf(error));
    }
  });
  const result = claims.safeParse(payload);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refused(`its claim ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { sub, exp } = result.data;
  const validForMs = exp * 1000 - Date.now();
  // What has ended by our clock has ended, whatever the leeway.
  if (validForMs <= 0) throw refused("it has expired");
  if (validForMs > SERVER_TOKEN_MS + CLOCK_LEEWAY * 1000)
    throw refused(`it is valid for longer than ${SERVER_TOKEN_MS / 60_000} minutes`);
  return { userId: sub, expiresAt: Math.floor(exp * 1000) };
}

/** What is thrown where a session or a socket is asked for with one. */
export function noSession(): LilypadError {
  return new LilypadError("forbidden", "No session and no socket is made of a server token.");
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not right`;
  return "it has no name, as a server token has none, and its signature is not that of SERVER_SECRET";
}

function refused(reason: string): LilypadError {
  return new LilypadError("unauthenticated", `The token is not valid: ${reason}.`);
}
