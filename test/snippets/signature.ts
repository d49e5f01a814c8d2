/** Requests as Lilypad sends them to the host's server, signed as Standard Webhooks specifies. */
import { createHmac, randomUUID } from "node:crypto";

/** A webhook's headers, signed now, or some seconds ago. */
export function signedHeaders(body: string, secret: string, secondsAgo = 0): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const signature = createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    // Another one too, as while the secret is being changed.
    "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")} v1,${signature}`,
  };
}
