/** Tokens for tests of authentication, and how verifying them fails. */
import { env } from "cloudflare:workers";
import { SignJWT, type JWTHeaderParameters } from "jose";
import { LilypadError, type Failure } from "../../src/protocol/errors.ts";

export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
export const bytes = (text: string) => new TextEncoder().encode(text);

/** The environment with other settings. Those that are undefined count as not set. */
export function envWith(changes: Partial<Record<keyof Env, string | undefined>>): Env {
  return { ...env, ...changes } as Env;
}

/** A JWT with these claims; by default of the user `ada`, for an hour. */
export function jwt(
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: CryptoKey | Uint8Array = bytes(env.AUTH_SECRET ?? ""),
): Promise<string> {
  return new SignJWT({ sub: "ada", name: "Ada", exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(key);
}

/** The failure that the promise rejects with. Throws where it resolves. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof LilypadError) return error.failure;
    throw error;
  }
  throw new Error("it did not fail");
}
