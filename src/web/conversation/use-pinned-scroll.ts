/**
 * Scrolling of the message list. At the bottom it is pinned: new messages scroll into view. Anywhere else what is in
 * view stays where it is, whatever is loaded or changes its height above it.
 */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageRowModel } from "./message-row-model.ts";

/** The list counts as at the bottom within this distance of it. */
const BOTTOM_PX = 48;
/** Older messages are loaded within this distance of the top. */
const TOP_PX = 200;

export interface PinnedScrollOptions {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly MessageRowModel[];
  /** Whether there are older messages to load. */
  hasOlder: boolean;
  onLoadOlder: () => void;
  /** Called with the newest message's `seq` when the user sees the bottom of the list. */
  onRead: (seq: number) => void;
}

export function usePinnedScroll({ scroller, rows, hasOlder, onLoadOlder, onRead }: PinnedScrollOptions) {
  /** Whether messages arrived below what is in view. */
  const [hasUnseen, setHasUnseen] = useState(false);
  const atBottom = useRef(true);
  const previous = useRef({ lastKey: "", newestSeq: 0 });
  /** The first row in view and its distance from the top edge. Changes above it must not move it. */
  const anchor = useRef<{ row: Element; top: number }>(undefined);
  const lastRow = rows.at(-1);
  const lastKey = lastRow?.key ?? "";
  const newestSeq = rows.findLast(({ seq }) => seq !== undefined)?.seq;

  const markRead = () => {
    if (newestSeq !== undefined && atBottom.current && document.visibilityState === "visible") {
      onRead(newestSeq);
    }
  };
  const topOf = (row: Element) =>
    row.getBoundingClientRect().top - (scroller.current?.getBoundingClientRect().top ?? 0);
  const updateAnchor = () => {
    const all = [...(scroller.current?.querySelectorAll("li[data-state]") ?? [])];
    // A binary search: measuring thousands of rows would take longer than drawing those in view.
    let [first, end] = [0, all.length];
    while (first < end) {
      const middle = Math.floor((first + end) / 2);
      const row = all[middle];
      if (row && topOf(row) + row.clientHeight > 0) end = middle;
      else first = middle + 1;
    }
    const row = all[first];
    anchor.current = row && { row, top: topOf(row) };
  };
  const scrollToBottom = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    atBottom.current = true;
    setHasUnseen(false);
    markRead();
  };

  // A layout effect, so that the list is in place before the browser paints.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const before = previous.current;
    // By `seq` too: messages of others are inserted above outgoing ones, and leave the last row the same.
    const hasNew = lastKey !== before.lastKey || (newestSeq ?? 0) > before.newestSeq;
    // Only what is sent in this tab scrolls down: the user's messages from another tab must not move this one.
    if (atBottom.current || (lastKey !== before.lastKey && lastRow?.state === "pending")) {
      scrollToBottom();
    } else {
      const held = anchor.current;
      if (held?.row.isConnected) box.scrollTop += topOf(held.row) - held.top;
      if (hasNew) setHasUnseen(true);
    }
    previous.current = { lastKey, newestSeq: newestSeq ?? 0 };
    updateAnchor();
  }, [rows]);

  // A list that does not fill its box cannot be scrolled up to load more.
  useEffect(() => {
    const box = scroller.current;
    if (box && hasOlder && box.scrollHeight <= box.clientHeight) onLoadOlder();
  }, [rows, hasOlder]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const onScroll = () => {
      updateAnchor();
      atBottom.current = box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_PX;
      if (atBottom.current) {
        setHasUnseen(false);
        markRead();
      }
      if (hasOlder && box.scrollTop < TOP_PX) onLoadOlder();
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    document.addEventListener("visibilitychange", markRead);
    // Whatever changes a height keeps the bottom in view: below it (the composer, a phone's on-screen keyboard) or in the
    // list itself (a caption, an edit, a reaction).
    const resizeObserver = new ResizeObserver(() => {
      if (atBottom.current) box.scrollTop = box.scrollHeight;
    });
    for (const element of [box, ...box.children]) resizeObserver.observe(element);
    return () => {
      box.removeEventListener("scroll", onScroll);
      document.removeEventListener("visibilitychange", markRead);
      resizeObserver.disconnect();
    };
  }, [newestSeq, hasOlder]);

  return { hasUnseen, scrollToBottom };
}
