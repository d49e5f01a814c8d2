/** Reports where the message list stood when it is removed from the page. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { MessageRowModel } from "../../view/message-list/message-row-model.ts";
import type { ScrollPosition } from "./scroll-positions.ts";
import type { VirtualList } from "../../view/message-list/virtual-list.ts";

export function useLeave(
  list: VirtualList,
  rows: readonly MessageRowModel[],
  onLeave: (position: ScrollPosition | undefined) => void,
): void {
  const latest = useRef({ rows, onLeave });
  latest.current = { rows, onLeave };
  useLayoutEffect(
    () => () => {
      const { place } = list;
      const row = latest.current.rows.find(({ key }) => key === place?.key);
      latest.current.onLeave(place && { ...place, seq: row?.seq });
    },
    [],
  );
}
