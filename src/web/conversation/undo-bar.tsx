/** Offers to undo what was just removed, over the end of the message list. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import type { Removal } from "../../view/removals/held-removals.ts";
import { removalText } from "../../view/removals/removal-text.ts";
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
            <Text>{removalText(removals.map(({ what }) => what))}</Text>
          </p>
          <button ref={handOffFocus} type="button" class="button-quiet" onClick={onUndo}>
            Undo
          </button>
        </div>
      )}
    </div>
  );
}
