/** The key that sends what was written in a field of several lines. */

/**
 * Whether it is Enter, which breaks the line with Shift. On a touch screen Enter breaks the line always, since its keyboard
 * has no other key for that; there a button sends, or Enter with Control or Command on a keyboard that is attached.
 */
export function isSendKey({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (key !== "Enter" || shiftKey) return false;
  return ctrlKey || metaKey || !matchMedia("(pointer: coarse)").matches;
}
