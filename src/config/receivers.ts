/** The host's own addresses that Lilypad sends to, and the secret that signs what it sends. */
import { z } from "zod";
import { weaknessOf } from "./secret-strength.ts";

/** Of the secret, in bytes (Standard Webhooks specification, "Signature scheme"). */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const PREFIX = "whsec_";
const NEW_SECRET = `set ${PREFIX} and what \`openssl rand -base64 32\` prints`;

/** An address that is sent to. User info would be refused by `fetch`, a fragment is sent to nobody. */
export const receiverUrl = z
  .url({ protocol: /^https?$/, error: "is no http or https address", abort: true })
  .refine((address) => {
    const { hash, username, password } = new URL(address);
    return hash + username + password === "";
  }, "has a fragment or user info");

export const webhookSecret = z.string().refine((text) => {
  const key = webhookKey(text);
  return key !== undefined && key.length >= LEAST_BYTES && key.length <= MOST_BYTES;
}, `is not ${PREFIX} and base64 of ${LEAST_BYTES} to ${MOST_BYTES} bytes`);

/** The key that a webhook secret stands for; undefined where it is none. */
export function webhookKey(secret: string): Uint8Array | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : "";
  if (!/^[\w+/]+={0,2}$/.test(base64) || base64.includes("_")) return undefined;
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The settings concerned, as they were given. */
interface Given {
  WEBHOOK_URL?: string | undefined;
  WEBHOOK_SECRET?: string | undefined;
  BEFORE_SEND_URL?: string | undefined;
}

/** Each fault as what is wrong and what to do, never with a value. */
export function receiverFaults(given: Given, development: boolean): string[] {
  const urls = (["WEBHOOK_URL", "BEFORE_SEND_URL"] as const).filter((name) => given[name] !== undefined);
  const faults = [];
  const secret = given.WEBHOOK_SECRET;
  if (urls.length > 0 && secret === undefined) faults.push(`WEBHOOK_SECRET is missing: ${NEW_SECRET}`);
  if (development) return faults;
  for (const name of urls)
    if (!/^https:/i.test(given[name] ?? "")) faults.push(`${name} is not https: set the https address`);
  const weakness = secret === undefined ? undefined : weaknessOf(secret.slice(PREFIX.length));
  if (weakness !== undefined) faults.push(`WEBHOOK_SECRET ${weakness}: ${NEW_SECRET}`);
  return faults;
}
