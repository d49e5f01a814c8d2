/** A new id for a command. Not `crypto.randomUUID`, which a page on plain http (a phone on one's own network) lacks. */
export function newCommandId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
