/** How the list of messages scrolls: with what is new at the bottom, and in place when older ones come above. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row } from "./message-rows.ts";

/** This near to an edge counts as being there. */
const BOTTOM_PX = 48;
const TOP_PX = 200;

export interface StickingOptions {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  hasBefore: boolean;
  onOlder: () => void;
  onRead: (seq: number) => void;
}

export function useSticking({ scroller, rows, hasBefore, onOlder, onRead }: StickingOptions) {
  const [missed, setMissed] = useState(false);
  const atBottom = useRef(true);
  const before = useRef({ last: "", newestSeq: 0 });
  /** The first row that is in view, and how far below the edge: what is above may change and must not move it. */
  const anchor = useRef<{ row: Element; top: number }>(undefined);
  const lastRow = rows.at(-1);
  const last = lastRow?.key ?? "";
  const newestSeq = rows.findLast(({ seq }) => seq !== undefined)?.seq;

  const read = () => {
    if (newestSeq !== undefined && atBottom.current && document.visibilityState === "visible")
      onRead(newestSeq);
  };
  const topOf = (row: Element) =>
    row.getBoundingClientRect().top - (scroller.current?.getBoundingClientRect().top ?? 0);
  const look = () => {
    const all = [...(scroller.current?.querySelectorAll("li[data-state]") ?? [])];
    // By halves: to measure each of thousands takes longer than to draw what is in view.
    let [first, end] = [0, all.length];
    while (first < end) {
      const middle = Math.floor((first + end) / 2);
      const one = all[middle];
      if (one && topOf(one) + one.clientHeight > 0) end = middle;
      else first = middle + 1;
    }
    const row = all[first];
    anchor.current = row && { row, top: topOf(row) };
  };
  const toBottom = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    atBottom.current = true;
    setMissed(false);
    read();
  };

  // Before the browser paints, so that nothing is seen to jump.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const was = before.current;
    // By number too: what comes from others stands above what is not sent.
    const arrived = last !== was.last || (newestSeq ?? 0) > was.newestSeq;
    // What was sent here, that is: one's own message from another tab must not move what one reads in this one.
    if (atBottom.current || (last !== was.last && lastRow?.state === "pending")) toBottom();
    else {
      const held = anchor.current;
      if (held?.row.isConnected) box.scrollTop += topOf(held.row) - held.top;
      if (arrived) setMissed(true);
    }
    before.current = { last, newestSeq: newestSeq ?? 0 };
    look();
  }, [rows]);

  // Where older messages do not fill the screen, nobody can scroll up to ask for more.
  useEffect(() => {
    const box = scroller.current;
    if (box && hasBefore && box.scrollHeight <= box.clientHeight) onOlder();
  }, [rows, hasBefore]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const onScroll = () => {
      look();
      atBottom.current = box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_PX;
      if (atBottom.current) {
        setMissed(false);
        read();
      }
      if (hasBefore && box.scrollTop < TOP_PX) onOlder();
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    document.addEventListener("visibilitychange", read);
    // The keyboard of a phone makes the list lower: its end stays in view.
    const resized = new ResizeObserver(() => {
      if (atBottom.current) box.scrollTop = box.scrollHeight;
    });
    resized.observe(box);
    return () => {
      box.removeEventListener("scroll", onScroll);
      document.removeEventListener("visibilitychange", read);
      resized.disconnect();
    };
  }, [newestSeq, hasBefore]);

  return { missed, toBottom };
}
