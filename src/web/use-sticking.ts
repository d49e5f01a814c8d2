/** How the list of messages scrolls: with what is new at the bottom, and in place when older ones come above. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row } from "./rows.ts";

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
  const before = useRef({ first: "", last: "", height: 0 });
  const first = rows[0]?.key ?? "";
  const lastRow = rows.at(-1);
  const last = lastRow?.key ?? "";
  const newestSeq = rows.findLast(({ seq }) => seq !== undefined)?.seq;

  const read = () => {
    if (newestSeq !== undefined && atBottom.current && document.visibilityState === "visible")
      onRead(newestSeq);
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
    const arrived = last !== was.last;
    // What was sent here, that is: one's own message from another tab must not move what one reads in this one.
    if (atBottom.current || (arrived && lastRow?.state === "pending")) toBottom();
    else if (first !== was.first) box.scrollTop += box.scrollHeight - was.height;
    else if (arrived) setMissed(true);
    before.current = { first, last, height: box.scrollHeight };
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
