/** The code of an invitation link: the id of its thread and 128 random bits, of which the thread stores a hash alone. */
import { noSuchLink } from "../protocol/errors.ts";

const ID_BYTES = 32;
const SECRET_BYTES = 16;

/** 48 bytes in base64url. */
const CODE = /^[\w-]{64}$/;

export interface LinkCode {
  /** 64 hex digits. */
  threadId: string;
  /** Of the random bits, in hexadecimal. */
  hash: string;
}

/** A new code for a thread, and the hash by which it is known there. */
export async function newLinkCode(threadId: string): Promise<{ code: string; hash: string }> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const bytes = new Uint8Array([...fromHex(threadId), ...secret]);
  return { code: toBase64Url(bytes), hash: await hashOf(secret) };
}

/** What a code says. Throws `not_found` for one that no thread has given. */
export async function readLinkCode(code: string): Promise<LinkCode> {
  if (!CODE.test(code)) throw noSuchLink();
  const text = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return { threadId: toHex(bytes.slice(0, ID_BYTES)), hash: await hashOf(bytes.slice(ID_BYTES)) };
}

async function hashOf(secret: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", secret)));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
