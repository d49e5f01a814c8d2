/** Draws a component's rows by a `VirtualList`, and keeps that informed of all that changes the list's heights. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { VirtualList, type HeldRow, type Piece } from "./virtual-list.ts";

/** `kept` has the keys of rows that have elements also out of view; `place` is where the list begins. */
export function useVirtualList(
  scroller: { readonly current: HTMLElement | null },
  rows: readonly { key: string }[],
  kept: ReadonlySet<string>,
  place: HeldRow | undefined,
): { list: VirtualList; pieces: readonly Piece[] } {
  const [, setDrawn] = useState(0);
  const held = useRef<VirtualList>(undefined);
  const list = (held.current ??= new VirtualList(() => setDrawn((times) => times + 1), place));
  const pieces = list.pieces(rows, kept);

  // A layout effect, so that the list is in place before the browser paints.
  useLayoutEffect(() => {
    list.box = scroller.current;
    list.settle();
  });

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    // Whatever changes a height: the composer below the list, an on-screen keyboard, a caption or an edit in the list.
    const observer = new ResizeObserver(() => list.settle());
    for (const element of [box, ...box.children]) observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return { list, pieces };
}
