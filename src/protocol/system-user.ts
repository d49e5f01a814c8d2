/** The host itself, as a caller and as the author of system messages. Without zod, so that pages can recognize it, too. */

/** Nobody's `sub`, and no member. The Worker alone says that it asks, by a server token (src/auth/server-token.ts). */
export const SYSTEM_ID = "system";

/** Whether this is the host itself, not one of its users. */
export function isHost({ id }: { id: string }): boolean {
  return id === SYSTEM_ID;
}
