/** Offers to undo what was just removed, over the end of the message list. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import type { Removal } from "./held-removals.ts";
import "./undo-bar.css";

export interface UndoBarProps {
  /** What can be undone; empty for nothing. */
  removals: readonly Removal[];
  onUndo: () => void;
}

export function UndoBar({ removals, onUndo }: UndoBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  // The control that removed something is gone, and what may be wanted next is to undo it.
  useLayoutEffect(() => bar.current?.querySelector("button")?.focus({ preventScroll: true }), [removals]);

  return (
    // Rendered while it is empty, so that screen readers announce the change. It keeps the focus when the button goes.
    <div ref={bar} class="undo-bar" role="status" tabIndex={-1}>
      {removals.length > 0 && (
        <div>
          <p>
            <Text>{removalText(removals)}</Text>
          </p>
          <button ref={handOffFocus} type="button" class="button-quiet" onClick={onUndo}>
            Undo
          </button>
        </div>
      )}
    </div>
  );
}

const TEXT: Record<Removal["what"], [one: string, several: string]> = {
  "message deleted": ["Message deleted", "messages deleted"],
  "message discarded": ["Message discarded", "messages discarded"],
  "change discarded": ["Change discarded", "changes discarded"],
  "request accepted": ["Request accepted", "requests accepted"],
  "request declined": ["Request declined", "requests declined"],
  "person blocked": ["Person blocked", "people blocked"],
};

function removalText(removals: readonly Removal[]): string {
  const [first, ...others] = removals.map(({ what }) => what);
  if (first === undefined) return "";
  const [one, several] = TEXT[first];
  if (others.length === 0) return one;
  return `${removals.length} ${others.every((what) => what === first) ? several : "changes"}`;
}
