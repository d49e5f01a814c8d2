/**
 * What of the messages the user has seen. A message is seen once all of it was on screen, and read once it is in a tab
 * that has the focus. The list does not scroll past what was not seen by itself.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageRowModel } from "./message-row-model.ts";
import type { VirtualList } from "./virtual-list.ts";

/** How exactly is followed how much of the list is on screen. */
const TWENTIETHS = Array.from({ length: 21 }, (_, index) => index / 20);

export interface SeenMessagesOptions {
  list: VirtualList;
  rows: readonly MessageRowModel[];
  /** The user's read marker; undefined for who is no member and has none. */
  readSeq: number | undefined;
  /** Called with the `seq` up to which messages were read. */
  onRead: (seq: number) => void;
}

export interface SeenMessages {
  /** The message with the divider above it: the first of those that came unseen. */
  dividerSeq: number | undefined;
  /** How many messages were not seen. */
  count: number;
  /** To be called when the list has moved: something else may be on screen. */
  onMoved: () => void;
  /** Takes all messages as seen: the user wants to be at the newest. */
  skip: () => void;
  /** The same, and removes the divider: the user has answered. */
  answered: () => void;
}

export function useSeenMessages({
  list,
  rows,
  readSeq = Infinity,
  onRead,
}: SeenMessagesOptions): SeenMessages {
  /** The newest message that was on screen, and the newest that was read. */
  const seen = useRef(readSeq);
  const read = useRef(readSeq);
  seen.current = Math.max(seen.current, readSeq);
  read.current = Math.max(read.current, readSeq);
  const [, setDrawn] = useState(0);
  const [dividerSeq, setDividerSeq] = useState(() => firstAfter(rows, readSeq)?.seq);
  const newestSeq = newestSeqIn(rows, rows.length - 1);
  /** The newest message when the list was last drawn, and the first one that came since. */
  const drawnSeq = useRef(newestSeq);
  const arrived = useRef<number>(undefined);
  list.stopAt = firstAfter(rows, seen.current)?.key;

  const look = () => {
    if (document.visibilityState !== "visible") return;
    const seq = newestSeqIn(rows, list.lastInView);
    if (seq > seen.current) {
      seen.current = seq;
      setDrawn((times) => times + 1);
    }
    if (document.hasFocus() && seen.current > read.current) {
      read.current = seen.current;
      onRead(read.current);
    }
    if (arrived.current !== undefined && read.current < newestSeq) setDividerSeq(arrived.current);
    arrived.current = undefined;
  };
  const latestLook = useRef(look);
  latestLook.current = look;
  const frame = useRef(0);
  // Not at once: the list has its place only when all that has changed is drawn.
  const onMoved = useRef(() => {
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0;
      latestLook.current();
    });
  }).current;

  useLayoutEffect(() => {
    const before = drawnSeq.current;
    drawnSeq.current = newestSeq;
    const first = firstAfter(rows, before)?.seq;
    // Where something was unread already, the divider is above that. Who has no read marker has no divider.
    if (first === undefined || read.current < before || read.current === Infinity) return;
    // Nothing is looked at in a hidden tab, and nothing is read in one without the focus.
    if (document.visibilityState === "visible" && document.hasFocus()) arrived.current = first;
    else setDividerSeq(first);
  }, [rows]);

  // Part of a page that scrolls, the list may be out of view.
  useEffect(() => {
    if (!list.box) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1);
        list.heightOnScreen = entry?.isIntersecting
          ? entry.intersectionRect.bottom - entry.boundingClientRect.top
          : 0;
        onMoved();
      },
      { threshold: TWENTIETHS },
    );
    observer.observe(list.box);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    addEventListener("focus", onMoved);
    document.addEventListener("visibilitychange", onMoved);
    return () => {
      removeEventListener("focus", onMoved);
      document.removeEventListener("visibilitychange", onMoved);
      cancelAnimationFrame(frame.current);
      // Effects may run again with the same state, as in React's StrictMode.
      frame.current = 0;
    };
  }, []);

  const skip = () => {
    seen.current = Math.max(seen.current, newestSeq);
    list.stopAt = undefined;
  };
  return {
    dividerSeq,
    count: Math.max(0, newestSeq - seen.current),
    onMoved,
    skip,
    answered: () => {
      skip();
      setDividerSeq(undefined);
    },
  };
}

/** The first message of another user after `seq`. */
function firstAfter(rows: readonly MessageRowModel[], seq: number): MessageRowModel | undefined {
  let first: MessageRowModel | undefined;
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index];
    if (row?.seq !== undefined && row.seq <= seq) break;
    if (row?.seq !== undefined && !row.own) first = row;
  }
  return first;
}

/** The `seq` of the last stored message up to an index; 0 if there is none. */
function newestSeqIn(rows: readonly MessageRowModel[], index: number): number {
  for (let at = index; at >= 0; at--) {
    const seq = rows[at]?.seq;
    if (seq !== undefined) return seq;
  }
  return 0;
}
