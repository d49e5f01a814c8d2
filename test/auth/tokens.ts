/** Tokens of every kind a server may be shown, and what Lilypad says to them. */
import { env } from "cloudflare:workers";
import { SignJWT, type JWTHeaderParameters } from "jose";
import { LilypadError, type Failure } from "../../src/protocol/errors.ts";

export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
export const bytes = (text: string) => new TextEncoder().encode(text);

/** A settings object of its own: what is undefined counts as not set. */
export function envWith(changes: Partial<Record<keyof Env, string | undefined>>): Env {
  return { ...env, ...changes } as Env;
}

/** A JWT of these claims; Ada's for an hour where they say nothing else. */
export function jwt(
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: CryptoKey | Uint8Array = bytes(env.AUTH_SECRET ?? ""),
): Promise<string> {
  return new SignJWT({ sub: "ada", name: "Ada", exp: inAnHour(), ...claims })
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(key);
}

/** How it fails; an error of the test where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof LilypadError) return error.failure;
    throw error;
  }
  throw new Error("was accepted");
}
