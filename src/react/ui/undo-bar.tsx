/** Offers to take back what was just chosen. */
import { useRef, type ReactElement } from "react";
import type { Removal } from "../../view/removals/held-removals.ts";
import { useLabels } from "../labels.ts";
import { Text } from "./text.tsx";
import { useBrowserLayoutEffect } from "./writing-field.tsx";

export interface UndoBarProps {
  /** What can be taken back; empty for nothing. */
  removals: readonly Removal[];
  onUndo: () => void;
}

export function UndoBar({ removals, onUndo }: UndoBarProps): ReactElement {
  const labels = useLabels();
  const count = removals.length;
  const bar = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useBrowserLayoutEffect(() => {
    // The control that was used is gone, and what may be wanted next is to take that back.
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) button.current?.focus();
  }, [count]);
  return (
    // Rendered while it is empty, so that screen readers announce the change.
    <div ref={bar} className="lilypad-undo" role="status" tabIndex={-1}>
      {count > 0 && (
        <p>
          <Text>{labels.canBeUndone(removals.map(({ what }) => what))}</Text>{" "}
          <button
            ref={button}
            type="button"
            className="lilypad-link-button"
            onClick={() => {
              bar.current?.focus();
              onUndo();
            }}
          >
            <Text>{labels.undo}</Text>
          </button>
        </p>
      )}
    </div>
  );
}
