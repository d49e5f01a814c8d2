/** A link within the page. With a modifier key the browser handles the click, for example to open a new tab. */
import type { ComponentChildren } from "preact";

export interface LocalLinkProps {
  href: string;
  class?: string;
  children: ComponentChildren;
  "aria-label"?: string;
  "aria-current"?: "page";
}

export function LocalLink({ onFollow, ...props }: LocalLinkProps & { onFollow: () => void }) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow();
  };
  return <a {...props} onClick={onClick} />;
}
