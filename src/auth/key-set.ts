/**
 * The public keys at an address, shared by all requests of an isolate: one fetch at a time, and a cool-down after each,
 * whether it failed or not.
 */
import { waitUntil } from "cloudflare:workers";
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { JSONWebKeySet } from "jose";
import { LilypadError } from "../protocol/errors.ts";

/** Keys of this age are fetched again: a key that the host withdrew is refused from then on. */
const FRESH_MS = 10 * 60_000;
/** While they cannot be fetched again, the keys that were there are used up to this age. */
const STALE_MS = 60 * 60_000;
/** A key id that is not among them has them fetched again, this long after the last time at the earliest. */
const COOL_DOWN_MS = 30_000;
/** The same after a fetch that failed. */
const FAILURE_COOL_DOWN_MS = 10_000;
/** How long a fetch may take, to the last byte. */
const TIMEOUT_MS = 5_000;
/** Largest key set. Those of large providers, with certificates, have some 20 KB. */
const KEY_SET_BYTES = 256 * 1024;

export class KeySet {
  readonly #url: string;
  #keys: JWTVerifyGetKey | undefined;
  #fetchedAt = 0;
  #nextFetchAt = 0;
  #lastFetchFailed = false;
  /** The fetch that is under way, on behalf of whichever request began it. */
  #fetching: Promise<void> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * The key that a token claims to be signed with. Throws `unavailable` where the keys cannot be had, and jose's
   * `JWKSNoMatchingKey` where it is none of them.
   */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (Date.now() >= this.#fetchedAt + FRESH_MS) await this.#fetchAgain();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    // Perhaps the host has begun to sign with another key.
    await this.#fetchAgain();
    if (this.#lastFetchFailed) throw unavailable();
    return this.#known()(header, token);
  };

  #known(): JWTVerifyGetKey {
    if (!this.#keys || Date.now() >= this.#fetchedAt + STALE_MS) throw unavailable();
    return this.#keys;
  }

  /** Fetches the keys, or waits for the fetch of another request; does nothing during the cool-down. */
  async #fetchAgain(): Promise<void> {
    if (!this.#fetching && Date.now() < this.#nextFetchAt) return;
    const fetching = (this.#fetching ??= this.#fetch());
    await settledWithin(fetching, 2 * TIMEOUT_MS);
    if (this.#fetching !== fetching) return;
    // Its request ended before it did, so it never settles.
    this.#fetching = undefined;
    await this.#fetchAgain();
  }

  #fetch(): Promise<void> {
    const fetching = this.#replaceKeys();
    // Without it a client that goes away would take the fetch along, for which others wait.
    waitUntil(fetching);
    return fetching;
  }

  async #replaceKeys(): Promise<void> {
    try {
      this.#keys = createLocalJWKSet(await fetchKeySet(this.#url));
      this.#fetchedAt = Date.now();
      this.#lastFetchFailed = false;
    } catch (error) {
      console.error("the keys at AUTH_JWKS_URL could not be had", error);
      this.#lastFetchFailed = true;
    }
    this.#nextFetchAt = Date.now() + (this.#lastFetchFailed ? FAILURE_COOL_DOWN_MS : COOL_DOWN_MS);
    this.#fetching = undefined;
  }
}

async function fetchKeySet(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: "application/json, application/jwk-set+json" },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`they were answered with the status ${response.status}`);
  }
  let text = "";
  let size = 0;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > KEY_SET_BYTES) throw new Error(`they are over ${KEY_SET_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return JSON.parse(text) as JSONWebKeySet;
}

/** Waits for a promise, and no longer than this: one that another request began may never settle. */
async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  const passed = scheduler.wait(ms, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([promise, passed]);
  timer.abort();
}

function unavailable(): LilypadError {
  return new LilypadError("unavailable", "Tokens cannot be checked at the moment. Try again soon.");
}
