/** Shows what the user composes in another tab. */
import type { Drafts } from "./drafts.ts";

/** Changes these drafts as other tabs do. */
export function followOtherTabs(drafts: Drafts): void {
  addEventListener("storage", ({ key }) => {
    // Nothing takes the place of what is being typed: this tab keeps its own at the next key.
    if (!isTyping()) drafts.changedElsewhere(key);
  });
}

function isTyping(): boolean {
  const field = focusedElement(document);
  return document.hasFocus() && field instanceof HTMLTextAreaElement && field.value !== "";
}

/** The element with the focus, in whatever shadow tree. */
function focusedElement({ activeElement }: DocumentOrShadowRoot): Element | null {
  const root = activeElement?.shadowRoot;
  return root ? focusedElement(root) : activeElement;
}
