/**
 * The `ref` of a control that goes once it has done its work. If it has the focus then, what it stands in (the nearest
 * with a `tabIndex`) takes it over: else whoever works by keyboard would begin at the top of the page again.
 */
export function handOver(control: HTMLElement | null): (() => void) | undefined {
  if (!control) return undefined;
  return () => {
    if (document.activeElement !== control) return;
    control.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
  };
}
