/** A POST to the host's server, signed by the Standard Webhooks specification (https://www.standardwebhooks.com). */
import type { Receiver } from "../../config/config.ts";

export interface SignedRequest {
  /** Stays the same over retries. Without a full stop, which separates what is signed. */
  id: string;
  body: string;
  /** How long there is to answer, to the last byte, in milliseconds. */
  timeoutMs: number;
  /** Gives the request up. */
  signal?: AbortSignal;
}

const utf8 = new TextEncoder();
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const keys = new WeakMap<Uint8Array, Promise<CryptoKey>>();

/** The signature of a body that is sent at `timestamp`, in seconds since the epoch. */
export async function signatureOf(
  key: Uint8Array,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Promise<string> {
  const imported = keys.get(key) ?? crypto.subtle.importKey("raw", key, ALGORITHM, false, ["sign"]);
  keys.set(key, imported);
  const signature = await crypto.subtle.sign(
    ALGORITHM,
    await imported,
    utf8.encode(`${id}.${timestamp}.${body}`),
  );
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
}

/**
 * Sends it, and reads the answer. Rejects where nobody answers in time. A redirect is an answer like any other: it is not
 * followed. Leaves no timer behind, which would keep an idle object awake.
 */
export async function postSigned<T>(
  { url, key }: Receiver,
  { id, body, timeoutMs, signal }: SignedRequest,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = () => controller.abort(new Error(`nobody answered within ${timeoutMs} ms`));
  const timer = setTimeout(late, timeoutMs);
  const givenUp = () => controller.abort(signal?.reason);
  // Not `AbortSignal.any`: a signal that outlives many requests would keep what each has added to it.
  signal?.addEventListener("abort", givenUp);
  try {
    signal?.throwIfAborted();
    const timestamp = Math.floor(Date.now() / 1_000);
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Lilypad",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": await signatureOf(key, { id, timestamp, body }),
      },
      body,
      redirect: "manual",
      signal: controller.signal,
    });
    return await read(response);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", givenUp);
  }
}
