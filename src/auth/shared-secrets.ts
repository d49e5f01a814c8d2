/** JWTs that are signed with a secret: while it is being rotated, with the current one or the one before. */
import { errors, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from "jose";

/** The keys of these secrets, each imported once. */
const imported = new WeakMap<Uint8Array, CryptoKey>();

/** Verifies a token with each of these secrets in turn. Throws as `jwtVerify` does with the last. */
export async function verifyWithSecrets(
  token: string,
  [secret, ...others]: readonly [Uint8Array, ...Uint8Array[]],
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, await keyOf(secret), { ...options, algorithms: ["HS256"] });
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    return verifyWithSecrets(token, [next, ...rest], options);
  }
}

async function keyOf(secret: Uint8Array): Promise<CryptoKey> {
  const known = imported.get(secret);
  if (known) return known;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["verify"]);
  imported.set(secret, key);
  return key;
}
