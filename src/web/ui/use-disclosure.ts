/** A part that takes the place of the button that opens it; when it closes, that button has the focus again. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export function usePart() {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);

  useLayoutEffect(() => {
    if (wasOpen.current && !open) opener.current?.focus();
    wasOpen.current = open;
  }, [open]);

  return { open, opener, show: () => setOpen(true), hide: () => setOpen(false) };
}
