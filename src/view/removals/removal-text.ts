/** What is said beside the button that restores what was removed. Pure. */
import type { RemovalKind } from "./held-removals.ts";

const TEXT: Record<RemovalKind, [one: string, several: string]> = {
  "message deleted": ["Message deleted", "messages deleted"],
  "message discarded": ["Message discarded", "messages discarded"],
  "change discarded": ["Change discarded", "changes discarded"],
  "request accepted": ["Request accepted", "requests accepted"],
  "request declined": ["Request declined", "requests declined"],
  "person blocked": ["Person blocked", "people blocked"],
};

/** Of what was removed; empty for nothing. */
export function removalText(removed: readonly RemovalKind[]): string {
  const [first, ...others] = removed;
  if (first === undefined) return "";
  const [one, several] = TEXT[first];
  if (others.length === 0) return one;
  return `${removed.length} ${others.every((what) => what === first) ? several : "changes"}`;
}
