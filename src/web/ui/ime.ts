/** Input method editors (IME), with which for example Chinese and Japanese are typed. */

/**
 * Whether the input method handles this key. Safari ends the composition before the Enter key that confirms it, and
 * marks that key by its code alone (https://bugs.webkit.org/show_bug.cgi?id=165004).
 */
export function isImeComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
