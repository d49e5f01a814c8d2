/** Tokens of the host application, and what can be wrong with the function that is to give them. */
import { RequestError } from "./http/request-error.ts";

/** Returns a fresh JWT of the host application, or a promise of one. */
export type GetToken = () => Promise<string> | string;

/** What a JWT consists of; anything else would break the header or the subprotocol that carries it. */
const TOKEN = /^[\w.-]+$/;

/** `getToken` threw or rejected: the host application may be down, or the network. */
export class TokenFailure extends Error {}

/** Asks for a token. Throws a `TokenFailure`, or a `RequestError` where what came is no token, which no network can cause. */
export async function freshToken(getToken: GetToken): Promise<string> {
  let token: unknown;
  try {
    token = await getToken();
  } catch (cause) {
    throw new TokenFailure(`getToken failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (typeof token === "string" && TOKEN.test(token)) return token;
  // Never the text itself, which may be a secret.
  const given =
    typeof token === "string" ? "a text that is no JWT" : String(token === null ? null : typeof token);
  throw new RequestError("unauthenticated", `getToken returned ${given} instead of a JWT.`);
}
