/** Receiving what Lilypad sends to the host's server, signed as Standard Webhooks (standardwebhooks.com) specifies. */
import type { BeforeSendCheck, BeforeSendRequest, WebhookEvent } from "../protocol/webhooks.ts";

/** How old, and how far ahead, a request's time may be, in seconds. */
const TOLERANCE_SECONDS = 300;
const PREFIX = "whsec_";
const VERSION = "v1,";

/** A request as web frameworks for servers have it. The body is what was sent, byte for byte: not parsed and written again. */
export interface ReceivedRequest {
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  body: string | Uint8Array;
}

/** A request that is not from Lilypad, or too old: answer it 400. */
export class WebhookError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WebhookError";
  }
}

/** `WEBHOOK_SECRET`; while it is being changed, the new one and the one before. */
export type WebhookSecret = string | readonly string[];

/**
 * The event of a webhook, once its signature and time are verified. Rejects with a `WebhookError`. An event may come more
 * than once, with the same `webhook-id`; ignore those of a type that you do not know.
 */
export async function verifyWebhook(
  request: Request | ReceivedRequest,
  secret: WebhookSecret,
): Promise<WebhookEvent> {
  return (await verified(request, secret)) as WebhookEvent;
}

/** What becomes of a message or an edit. */
export type Decision =
  | { action: "allow" }
  /** Stores this text instead. */
  | { action: "replace"; body: string }
  /** Refuses it; the sender reads the reason, of at most 200 characters. */
  | { action: "refuse"; reason?: string };

/** The answer to a request before sending, as JSON. */
export interface CheckAnswers {
  answers: ({ no: number } & Decision)[];
}

/**
 * Answers a request before sending: `decide` is asked for each message and edit of it, all at once, and must be done within
 * 1.5 seconds. Send what this resolves to as JSON, with status 200. Rejects with a `WebhookError`, or as `decide` does.
 */
export async function answerChecks(
  request: Request | ReceivedRequest,
  secret: WebhookSecret,
  decide: (check: BeforeSendCheck, request: BeforeSendRequest) => Decision | Promise<Decision>,
): Promise<CheckAnswers> {
  const asked = (await verified(request, secret)) as BeforeSendRequest;
  if (asked.type !== "before_send") throw new WebhookError("This is no check before sending.");
  const answers = await Promise.all(
    asked.data.checks.map(async (check) => Object.assign({ no: check.no }, await decide(check, asked))),
  );
  return { answers };
}

async function verified(request: Request | ReceivedRequest, secret: WebhookSecret): Promise<unknown> {
  const header = (name: string) => {
    const value = valueOf(request.headers, name);
    if (!value) throw new WebhookError(`The request has no ${name}.`);
    return value;
  };
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(
    header,
  ) as [string, string, string];
  const bytes = await bytesOf(request);
  const signed = concatenated(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  if (!(await isSigned(signed, signatures, secret))) throw new WebhookError("The signature is not right.");
  const age = Date.now() / 1000 - Number(timestamp);
  // Not a number is refused too.
  if (!(/^\d+$/.test(timestamp) && Math.abs(age) <= TOLERANCE_SECONDS))
    throw new WebhookError("The request is too old, or from the future.");
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new WebhookError("The body is not JSON.");
  }
}

/** Whether one of the signatures is by one of the secrets. Web Crypto compares in constant time. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  header: string,
  secret: WebhookSecret,
): Promise<boolean> {
  const signatures = header
    .split(" ")
    .filter((signature) => signature.startsWith(VERSION))
    .flatMap((signature) => decoded(signature.slice(VERSION.length)) ?? []);
  for (const one of typeof secret === "string" ? [secret] : secret) {
    const key = await keyOf(one);
    for (const signature of signatures)
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return true;
  }
  return false;
}

function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(PREFIX) ? decoded(secret.slice(PREFIX.length)) : undefined;
  if (!bytes?.length) throw new TypeError(`A webhook's secret is ${PREFIX} and base64.`);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function valueOf(headers: ReceivedRequest["headers"], name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === "string" ? value : value?.join(" ");
}

/** Of whichever library. */
function isHeaders(headers: ReceivedRequest["headers"]): headers is Headers {
  return typeof headers["get"] === "function";
}

async function bytesOf(request: Request | ReceivedRequest): Promise<Uint8Array> {
  if ("arrayBuffer" in request) return new Uint8Array(await request.arrayBuffer());
  return typeof request.body === "string" ? new TextEncoder().encode(request.body) : request.body;
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
