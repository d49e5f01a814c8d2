/**
 * The `ref` of a control that is removed once it has done its work. If it has the focus at that moment, its closest
 * ancestor with a `tabIndex` takes the focus over. Otherwise keyboard users would start again at the top of the page.
 */
export function handOffFocus(control: HTMLElement | null): (() => void) | undefined {
  if (!control) return undefined;
  return () => {
    const { activeElement } = control.getRootNode() as Document | ShadowRoot;
    if (activeElement !== control) return;
    control.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
  };
}
