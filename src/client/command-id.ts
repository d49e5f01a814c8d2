/**
 * A new id for a command: 96 random bits. Not `crypto.randomUUID`, which is missing on pages served over plain HTTP, such
 * as a development server opened from a phone.
 */
export function newCommandId(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}
