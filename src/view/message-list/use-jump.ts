/** Jumps to a message of the list: scrolls to it and focuses it. The focus highlights it until it moves elsewhere. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { MessageRowModel } from "./message-row-model.ts";
import type { VirtualList } from "./virtual-list.ts";

/** Returns the function that jumps to the message `seq`; it stays the same. */
export function useJump(list: VirtualList, rows: readonly MessageRowModel[]): (seq: number) => void {
  const [target, setTarget] = useState<number>();

  // After each drawing: a row that was far out of view is drawn once the list has scrolled to it.
  useLayoutEffect(() => {
    if (target === undefined) return;
    const index = rows.findIndex(({ seq }) => seq === target);
    list.centre(index);
    const row = list.box?.querySelector<HTMLElement>(`[data-seq="${target}"]`);
    row?.focus({ preventScroll: true });
    if (row || index < 0) setTarget(undefined);
  });
  return setTarget;
}
