/**
 * Whether a key belongs to an input method. Safari ends the composition before the Enter that did so, and then
 * tells by the key code alone (https://bugs.webkit.org/show_bug.cgi?id=165004).
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
