/** Tokens of the host application that are signed with its private keys, and verified by the public keys at a URL. */
import { env } from "cloudflare:workers";
import { exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { verifyHostToken } from "../../src/auth/host-token.ts";
import { expectLogged } from "../support/console.ts";
import { unique } from "../support/host-users.ts";
import { bytes, envWith, failureOf, jwt } from "./tokens.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Those made so far. Making one of RSA takes much longer than any test of it, and no test changes one. */
const keyPairs = new Map<string, ReturnType<typeof makeKeyPair>>();

/** A key pair with an id, and its public key as a host publishes it. Each owner has one of an id and an algorithm. */
function keyPair(kid: string, alg = "RS256", owner = "host") {
  const name = `${owner} ${alg} ${kid}`;
  const pair = keyPairs.get(name) ?? makeKeyPair(kid, alg);
  keyPairs.set(name, pair);
  return pair;
}

async function makeKeyPair(kid: string, alg: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

/** A host that publishes keys at its own URL, since key sets are cached by URL. What is `published` may be changed. */
function host(...keys: JWK[]) {
  const url = `https://${unique("host")}.example/jwks`;
  const published: { keys: JWK[]; answer: typeof fetch | undefined } = { keys, answer: undefined };
  const fetching = vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(async (...request) =>
      published.answer ? published.answer(...request) : Response.json({ keys: published.keys }),
    );
  const configured = envWith({ AUTH_JWKS_URL: url });
  /** Verifies a token that is signed with this key. */
  const verify = async ({ kid, alg, privateKey }: Awaited<ReturnType<typeof keyPair>>) =>
    verifyHostToken(configured, await jwt({ exp: Date.now() / 1000 + 3600 }, { alg, kid }, privateKey));
  return { env: configured, published, fetching, verify };
}

/** Sets the clock forward. */
function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

describe("public keys", () => {
  it.each(["RS256", "ES256", "EdDSA"])("verify a token signed with %s", async (alg) => {
    const key = await keyPair("k1", alg);
    const { env: configured } = host(key.jwk);
    const token = await jwt({}, { alg, kid: "k1" }, key.privateKey);
    expect((await verifyHostToken(configured, token)).user.id).toBe("ada");
  });

  it("verify a token without a key id, where one key is of its algorithm", async () => {
    const [rsa, ec] = await Promise.all([keyPair("k1"), keyPair("k2", "ES256")]);
    const { env: configured } = host(rsa.jwk, ec.jwk);
    expect((await verifyHostToken(configured, await jwt({}, { alg: "ES256" }, ec.privateKey))).user.id).toBe(
      "ada",
    );
  });

  it("are fetched once for many tokens", async () => {
    const key = await keyPair("k1");
    const { env: configured, fetching } = host(key.jwk);
    for (const sub of ["ada", "bob", "cyd"]) {
      await verifyHostToken(configured, await jwt({ sub }, { alg: "RS256", kid: "k1" }, key.privateKey));
    }
    expect(fetching).toHaveBeenCalledOnce();
  });

  it("are fetched again for an unknown key id after 30 s, so that a host may rotate its keys", async () => {
    const [old, fresh] = await Promise.all([keyPair("old"), keyPair("fresh")]);
    const { published, fetching, verify } = host(old.jwk);
    await verify(old);
    published.keys = [fresh.jwk];
    pass(29_000);
    expect((await failureOf(verify(fresh))).code).toBe("unauthenticated");
    pass(1_000);
    expect((await verify(fresh)).user.id).toBe("ada");
    expect(fetching).toHaveBeenCalledTimes(2);
  });

  it("are fetched again after 10 minutes, so that a key that was withdrawn is refused", async () => {
    const [old, fresh] = await Promise.all([keyPair("old"), keyPair("fresh")]);
    const { published, verify } = host(old.jwk);
    await verify(old);
    published.keys = [fresh.jwk];
    pass(599_000);
    await verify(old);
    pass(1_000);
    expect((await failureOf(verify(old))).code).toBe("unauthenticated");
  });

  it("are not fetched again for each unknown key id", async () => {
    const key = await keyPair("k1");
    const { env: configured, fetching } = host(key.jwk);
    for (const kid of ["x1", "x2", "x3"]) {
      const token = await jwt({}, { alg: "RS256", kid }, key.privateKey);
      expect(await failureOf(verifyHostToken(configured, token))).toMatchObject({
        code: "unauthenticated",
        message: expect.stringContaining("no key at AUTH_JWKS_URL has its key id"),
      });
    }
    expect(fetching).toHaveBeenCalledOnce();
  });

  it("refuse a token of another key with the same id", async () => {
    const [key, other] = await Promise.all([keyPair("k1"), keyPair("k1", "RS256", "mallory")]);
    const { env: configured } = host(key.jwk);
    const token = await jwt({}, { alg: "RS256", kid: "k1" }, other.privateKey);
    expect((await failureOf(verifyHostToken(configured, token))).code).toBe("unauthenticated");
  });

  it.each<[string, typeof fetch]>([
    ["are answered with 500", async () => new Response("no", { status: 500 })],
    ["are somewhere else", async () => Response.redirect("https://elsewhere.example/jwks", 302)],
    ["are not JSON", async () => new Response("<html>")],
    ["are not a key set", async () => Response.json({ hello: "world" })],
    ["are over 256 KB", async () => Response.json({ keys: [], more: "a".repeat(2 ** 18) })],
    [
      "cannot be reached",
      () => Promise.reject(new TypeError("Network connection lost. Invalid header from token ring.")),
    ],
    [
      "do not come in time",
      (_url, init) => {
        init?.signal?.throwIfAborted();
        return new Promise(() => undefined);
      },
    ],
  ])("that %s are an error of the server, and not of the token", async (what, answer) => {
    expectLogged(/the keys at AUTH_JWKS_URL could not be had/);
    if (what === "do not come in time")
      vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new Error("time-out")));
    const key = await keyPair("k1");
    const { published, verify } = host(key.jwk);
    published.answer = answer;
    expect((await failureOf(verify(key))).code).toBe("unavailable");
  });

  it("are asked for once in 10 s while they cannot be had", async () => {
    expectLogged(/the keys at AUTH_JWKS_URL could not be had/);
    const key = await keyPair("k1");
    const { published, fetching, verify } = host(key.jwk);
    published.answer = async () => new Response("no", { status: 500 });
    for (const _ of [1, 2, 3]) expect((await failureOf(verify(key))).code).toBe("unavailable");
    expect(fetching).toHaveBeenCalledOnce();
    published.answer = undefined;
    pass(9_000);
    expect((await failureOf(verify(key))).code).toBe("unavailable");
    pass(1_000);
    expect((await verify(key)).user.id).toBe("ada");
  });

  it("are used for an hour where they cannot be fetched again, and then no longer", async () => {
    expectLogged(/the keys at AUTH_JWKS_URL could not be had/);
    const [key, unknown] = await Promise.all([keyPair("k1"), keyPair("k2")]);
    const { published, verify } = host(key.jwk);
    await verify(key);
    published.answer = async () => new Response("no", { status: 500 });
    pass(59 * 60_000);
    expect((await verify(key)).user.id).toBe("ada");
    expect((await failureOf(verify(unknown))).code).toBe("unavailable");
    pass(60_000);
    expect((await failureOf(verify(key))).code).toBe("unavailable");
  });
});

describe("verification", () => {
  it("refuses HS256 with the text of the public key", async () => {
    const key = await keyPair("k1");
    const pem = await exportSPKI(key.publicKey);
    const { env: both } = host(key.jwk);
    for (const configured of [both, envWith({ AUTH_SECRET: undefined, AUTH_JWKS_URL: both.AUTH_JWKS_URL })]) {
      for (const secret of [pem, pem.trim(), JSON.stringify(key.jwk)]) {
        const token = await jwt({}, { alg: "HS256", kid: "k1" }, bytes(secret));
        expect((await failureOf(verifyHostToken(configured, token))).code).toBe("unauthenticated");
      }
    }
  });

  it("refuses HS256 with a secret in the key set", async () => {
    const shared = {
      kty: "oct",
      k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA",
      kid: "k1",
      alg: "HS256",
    };
    const { env: configured, fetching } = host(shared);
    const token = await jwt({}, { kid: "k1" }, bytes("secret-secret-secret-secret-secret"));
    expect((await failureOf(verifyHostToken(configured, token))).code).toBe("unauthenticated");
    expect(fetching).not.toHaveBeenCalled();
  });

  it("takes no key from the token itself, nor from a URL in it", async () => {
    const [key, mallory] = await Promise.all([keyPair("k1"), keyPair("k1", "RS256", "mallory")]);
    const { env: configured, fetching } = host(key.jwk);
    const header = { alg: "RS256", kid: "k1", jwk: mallory.jwk, jku: "https://mallory.example/jwks" };
    const token = await jwt({}, header, mallory.privateKey);
    expect((await failureOf(verifyHostToken(configured, token))).code).toBe("unauthenticated");
    expect(fetching.mock.calls.map(([url]) => String(url))).toEqual([configured.AUTH_JWKS_URL]);
  });

  it("refuses a public-key token where only the secret is configured", async () => {
    const key = await keyPair("k1");
    const token = await jwt({}, { alg: "RS256", kid: "k1", jwk: key.jwk }, key.privateKey);
    expect((await failureOf(verifyHostToken(env, token))).code).toBe("unauthenticated");
  });

  it.each(["PS256", "RS512", "ES384"])("refuses %s, which is not in the contract", async (alg) => {
    const key = await keyPair("k1", alg);
    const { env: configured } = host(key.jwk);
    const token = await jwt({}, { alg, kid: "k1" }, key.privateKey);
    expect((await failureOf(verifyHostToken(configured, token))).code).toBe("unauthenticated");
  });

  it("accepts both kinds where both are configured, each with its own key", async () => {
    const key = await keyPair("k1");
    const { env: configured } = host(key.jwk);
    const signed = await jwt({ sub: "by-key" }, { alg: "RS256", kid: "k1" }, key.privateKey);
    expect((await verifyHostToken(configured, signed)).user.id).toBe("by-key");
    expect((await verifyHostToken(configured, await jwt({ sub: "by-secret" }))).user.id).toBe("by-secret");
  });
});
