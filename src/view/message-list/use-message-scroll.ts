/** Scrolls the message list: follows what the user sends, and loads what is missing near what is in view. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageRowModel } from "./message-row-model.ts";
import type { SeenMessages } from "./use-seen-messages.ts";
import type { Piece, VirtualList } from "./virtual-list.ts";

/** Older messages are loaded within this distance of the top, in pixels. */
const TOP_PX = 200;

export interface MessageScrollOptions {
  list: VirtualList;
  pieces: readonly Piece[];
  rows: readonly MessageRowModel[];
  unread: SeenMessages;
  /** Whether there are older messages to load. */
  hasOlder: boolean;
  onLoadOlder: () => void;
  /** Loads messages that are missing after one, or before one. */
  onLoadGap: (bounds: { after: number } | { before: number }) => void;
}

export interface MessageScroll {
  isAtBottom: boolean;
  /** Whether the bottom is more than the height of the list away. */
  isFarUp: boolean;
  scrollToBottom: () => void;
  /** For the element that scrolls. */
  onScroll: () => void;
}

export function useMessageScroll(options: MessageScrollOptions): MessageScroll {
  const { list, pieces, rows, unread, hasOlder, onLoadOlder, onLoadGap } = options;
  const [isAtBottom, setAtBottom] = useState(true);
  const [isFarUp, setFarUp] = useState(false);
  const lastRow = rows.at(-1);
  const previousKey = useRef("");

  list.onMoved = () => {
    const { box } = list;
    setAtBottom(list.isPinned);
    setFarUp(box !== null && box.scrollHeight - box.scrollTop > 2 * box.clientHeight);
    unread.onMoved();
  };

  useLayoutEffect(() => {
    const key = lastRow?.key ?? "";
    // Only what is sent in this tab scrolls down: the user's messages from another tab must not move this one.
    if (key !== previousKey.current && lastRow?.state === "pending") {
      unread.answered();
      list.pin();
    }
    previousKey.current = key;
  }, [rows]);

  const loadNear = () => {
    const { box } = list;
    if (!box) return;
    // Also where the list does not fill its box, and cannot be scrolled up.
    if (hasOlder && box.scrollTop < TOP_PX) onLoadOlder();
    const drawn = pieces.flatMap((piece) => ("index" in piece ? [piece.index] : []));
    const index = drawn.find((at) => rows[at]?.gapAfter !== undefined);
    const row = index === undefined ? undefined : rows[index];
    if (index === undefined || row?.gapAfter === undefined || row.seq === undefined) return;
    onLoadGap(list.topOf(index) < 0 ? { before: row.seq } : { after: row.gapAfter });
  };
  useEffect(loadNear, [rows, hasOlder]);

  const scrollToBottom = () => {
    unread.skip();
    list.pin();
  };
  const onScroll = () => {
    list.scrolled();
    loadNear();
  };
  return { isAtBottom, isFarUp, scrollToBottom, onScroll };
}
