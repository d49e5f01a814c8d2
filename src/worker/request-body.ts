/** Request bodies: capped while they are read, and JSON or nothing. */
import type { z } from "zod";
import { LilypadError } from "../protocol/errors.ts";
import { REQUEST_BYTES } from "../protocol/limits.ts";
import { parse } from "../protocol/parse.ts";

/** The body as the schema's type. Throws `unsupported_media_type`, `too_large` or `bad_request`. */
export async function body<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const bytes = await capped(request);
  if (bytes.length === 0) throw new LilypadError("bad_request", "The request needs a JSON body.");
  return parse(schema, json(request, bytes));
}

/** As `body`, for a request whose fields are all optional: no body at all is an empty one. */
export async function bodyOrNothing<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  const bytes = await capped(request);
  return parse(schema, bytes.length > 0 ? json(request, bytes) : {});
}

/** Whether a request says that it has a body; one that is sent in chunks may still turn out to be empty. */
export function hasBody(request: Request): boolean {
  return request.body !== null && request.headers.get("content-length") !== "0";
}

function json(request: Request, bytes: Uint8Array): unknown {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new LilypadError("unsupported_media_type", "The body must be application/json.");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new LilypadError("bad_request", "The body is not JSON.");
  }
}

/** Reads no more than may be: a content-length may lie or be absent. Throws `too_large`. */
export async function capped(request: Request, maxBytes = REQUEST_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new LilypadError("too_large", `The body is over ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
