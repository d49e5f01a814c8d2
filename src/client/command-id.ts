/** A new id for a command. Not `crypto.randomUUID`, which a page on plain http (a phone on one's own network) lacks. */
export function newCommandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
