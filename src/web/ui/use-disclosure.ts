/** A section that replaces the button that opens it. When it closes, that button has the focus again. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export function useDisclosure() {
  const [open, setOpen] = useState(false);
  const triggerRef = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);

  useLayoutEffect(() => {
    if (wasOpen.current && !open) triggerRef.current?.focus();
    wasOpen.current = open;
  }, [open]);

  return { open, triggerRef, show: () => setOpen(true), hide: () => setOpen(false) };
}
