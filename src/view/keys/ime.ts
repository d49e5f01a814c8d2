/** Input method editors (IME), with which for example Chinese and Japanese are typed. */

/**
 * Keeps from every field and dialog within, by default of the whole page, from now on, the keys that an input method handles: the Enter that
 * accepts its suggestion sends nothing, and the Escape that drops it closes nothing.
 */
export function ignoreImeKeys(within: EventTarget = globalThis): void {
  const ignore = (event: Event) => {
    if (!(event instanceof KeyboardEvent) || !isImeKey(event)) return;
    event.stopImmediatePropagation();
    // Else some browsers close the dialog that the field is in.
    if (event.key === "Escape") event.preventDefault();
  };
  // On its way down, before any other listener.
  within.addEventListener("keydown", ignore, { capture: true });
}

/**
 * Safari ends the composition before the Enter key that confirms it, and marks that key by its code alone
 * (https://bugs.webkit.org/show_bug.cgi?id=165004).
 */
export function isImeKey(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === 229;
}
