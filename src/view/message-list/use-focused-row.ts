/** The row that has the focus: it keeps its element out of view, since the focus would be lost with it. */
import { useMemo, useState } from "preact/hooks";

export interface FocusedRow {
  /** Its key; empty where the focus is elsewhere. */
  kept: ReadonlySet<string>;
  /** For the element around the rows. */
  onFocusIn: (event: Pick<FocusEvent, "target">) => void;
  onFocusOut: () => void;
}

export function useFocusedRow(rows: readonly { key: string }[]): FocusedRow {
  const [focused, setFocused] = useState<string>();
  const kept = useMemo(() => new Set(focused === undefined ? [] : [focused]), [focused]);
  return {
    kept,
    onFocusIn: ({ target }) => {
      const item = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
      setFocused(item ? rows[Number(item.dataset["index"])]?.key : undefined);
    },
    onFocusOut: () => setFocused(undefined),
  };
}
