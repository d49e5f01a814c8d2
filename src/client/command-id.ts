/** A new id for a command. Not `crypto.randomUUID`, which a page on plain http (a phone on one's own network) lacks. */
export function newCommandId(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}
