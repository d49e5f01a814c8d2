/**
 * The host application's tokens: JWTs by which it vouches for its users. Which keys and algorithms count is decided
 * by the configuration; a token's header only says which of them it claims.
 */
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from "jose";
import { z } from "zod";
import { configOf, type Config } from "../config/config.ts";
import type { Caller } from "../rpc/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { avatarUrl, displayName, GUEST_PREFIX, looksLikeGuest, personId } from "../protocol/fields.ts";
import { KeySet } from "./key-set.ts";
import { SESSION_TYPE } from "./session-token.ts";
import { verifyWithSecrets } from "./shared-secrets.ts";
import { verifiedOnce } from "./verified-tokens.ts";

/** Kept for the life of the isolate, so that keys are fetched seldom. */
const keySets = new Map<string, KeySet>();

const PUBLIC_KEY_ALGORITHMS = ["RS256", "ES256", "EdDSA"];

/** By how much the host's clock may be ahead of ours, in seconds: for when a token begins, not for when it ends. */
const CLOCK_LEEWAY = 60;

/** A token "for ever" ends here, in 2109: alarms are set for the end of a session, and hold no time beyond 2262. */
const LAST_END_MS = 2 ** 42;

const HOUR_MS = 60 * 60_000;

const claims = z.object({
  sub: personId.refine((id) => !looksLikeGuest(id), `begins like ${GUEST_PREFIX}, which is for guests`),
  name: displayName,
  picture: avatarUrl,
  iat: z
    .number()
    .refine((iat) => iat <= Date.now() / 1000 + CLOCK_LEEWAY, "is in the future")
    .optional(),
  // In milliseconds, as JavaScript has them, a token of an hour would be one for ever.
  exp: z.number().lt(10 ** 12, "is to be in seconds, not in milliseconds"),
});

/** The user a host token names, and when it ends. Throws `unauthenticated`, or `unavailable` where the keys cannot be had. */
export async function verifyHostToken(env: Env, token: string): Promise<Caller> {
  const { auth } = configOf(env);
  const payload = await verifiedOnce(auth, token, () => verified(token, auth));
  const result = claims.safeParse(payload);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refused(`its claim ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { sub, name, picture, exp, iat } = result.data;
  const now = Date.now();
  // A session that has ended by our clock is none, whatever the leeway.
  if (exp * 1000 <= now) throw refused("it has expired");
  const validForMs = exp * 1000 - Math.min(now, (iat ?? Infinity) * 1000);
  if (validForMs > auth.tokenMaxMs + CLOCK_LEEWAY * 1000)
    throw refused(
      `it is valid for longer than the ${auth.tokenMaxMs / HOUR_MS} hours of AUTH_TOKEN_MAX_HOURS`,
    );
  return {
    user: { id: sub, name, ...(picture !== undefined && { avatarUrl: picture }) },
    expiresAt: Math.min(Math.floor(exp * 1000), LAST_END_MS),
    // Without a time, a name may be older than the one that another device's token brought.
    ...(iat !== undefined && { namedAt: iat * 1000, issuedAt: iat }),
  };
}

async function verified(token: string, auth: Config["auth"]): Promise<JWTPayload> {
  const options = {
    requiredClaims: ["sub", "exp"],
    clockTolerance: CLOCK_LEEWAY,
    ...(auth.issuer !== undefined && { issuer: auth.issuer }),
    ...(auth.audience !== undefined && { audience: auth.audience }),
  };
  const { alg = "", typ } = headerOf(token);
  if (typ === SESSION_TYPE) throw refused("it is no host token");
  const [secret, ...previous] = auth.secrets;
  try {
    if (alg === "HS256" && secret) {
      return (await verifyWithSecrets(token, [secret, ...previous], options)).payload;
    }
    if (PUBLIC_KEY_ALGORITHMS.includes(alg) && auth.jwksUrl) {
      const { keyFor } = keySetAt(auth.jwksUrl);
      return (await jwtVerify(token, keyFor, { ...options, algorithms: PUBLIC_KEY_ALGORITHMS })).payload;
    }
  } catch (error) {
    throw asContractError(error);
  }
  throw refused("its algorithm is not one that is configured");
}

function headerOf(token: string): { alg?: string | undefined; typ?: string | undefined } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw refused("it is malformed");
  }
}

function keySetAt(url: string): KeySet {
  let keys = keySets.get(url);
  if (!keys) keySets.set(url, (keys = new KeySet(url)));
  return keys;
}

/** What is wrong with the token is the client's to know; what is wrong with the keys is not the client's fault. */
function asContractError(error: unknown): LilypadError {
  if (error instanceof LilypadError) return error;
  if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSInvalid) {
    console.error("a key at AUTH_JWKS_URL is not sound", error);
    return new LilypadError("unavailable", "Tokens cannot be checked at the moment. Try again soon.");
  }
  if (error instanceof errors.JWTExpired) return refused("it has expired");
  if (error instanceof errors.JWKSNoMatchingKey) return refused("no key at AUTH_JWKS_URL has its key id");
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`its claim ${error.claim} is not right`);
  return refused("it is malformed, or its signature is not right");
}

function refused(reason: string): LilypadError {
  return new LilypadError("unauthenticated", `The token is not valid: ${reason}.`);
}
