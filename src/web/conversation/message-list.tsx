/**
 * The scrolling list of a conversation's messages. Only rows near what is in view have elements, so that thousands cost
 * what a few screens do. Loads older ones as the user scrolls up.
 */
import { useRef } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { useChat } from "../chat-context.ts";
import type { ThreadDraft } from "../drafts/drafts.ts";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { DownIcon } from "../ui/icons.tsx";
import { Text } from "../ui/text.tsx";
import { formatDay } from "../../view/text/time-format.ts";
import { today } from "../../view/text/today.ts";
import { useStore } from "../ui/use-store.ts";
import type { MessageActions } from "./message-actions.ts";
import type { MessageRowModel } from "../../view/message-list/message-row-model.ts";
import { MessageRow } from "./message-row.tsx";
import type { ScrollPosition } from "./scroll-positions.ts";
import { useFocusedRow } from "../../view/message-list/use-focused-row.ts";
import { useJump } from "../../view/message-list/use-jump.ts";
import { useLeave } from "./use-leave.ts";
import { useMessageScroll } from "../../view/message-list/use-message-scroll.ts";
import { useSeenMessages } from "../../view/message-list/use-seen-messages.ts";
import { useVirtualList } from "../../view/message-list/use-virtual-list.ts";
import "./message-list.css";

export interface MessageListProps {
  /** Whether messages have been loaded. Before that, the rows are outgoing messages only. */
  ready: boolean;
  rows: readonly MessageRowModel[];
  user: User;
  /** What the user is composing in the thread. */
  draft: ThreadDraft;
  /** Whether there are older messages to load. */
  hasOlder: boolean;
  loadingOlder: boolean;
  actions: MessageActions;
  /** Where the list stood before, if the user comes back to it. */
  position: ScrollPosition | undefined;
  /** Called with where the list stands when it goes. */
  onLeave: (position: ScrollPosition | undefined) => void;
  /** The user's read marker; undefined for who is no member. */
  readSeq: number | undefined;
  onLoadOlder: () => void;
  /** Loads the messages that are missing after one, or before one. */
  onLoadGap: (bounds: { after: number } | { before: number }) => void;
  /** Called with the `seq` up to which the user has read. */
  onRead: (seq: number) => void;
}

export function MessageList(props: MessageListProps) {
  const {
    rows,
    user,
    draft,
    hasOlder,
    loadingOlder,
    actions,
    position,
    readSeq,
    onLoadOlder,
    onLoadGap,
    onRead,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { kept, onFocusIn, onFocusOut } = useFocusedRow(rows);
  const { list, pieces } = useVirtualList(scroller, rows, kept, findPosition(rows, position));
  const unread = useSeenMessages({ list, rows, readSeq, onRead });
  const scroll = useMessageScroll({ list, pieces, rows, unread, hasOlder, onLoadOlder, onLoadGap });
  const jumpTo = useJump(list, rows);
  useLeave(list, rows, props.onLeave);
  const startOfToday = useStore(today);
  const { language } = useChat();

  return (
    <div class="message-list">
      {/* Focusable, so that it can be scrolled by keyboard. Elsewhere than at the bottom, what gets an element is no news. */}
      <div
        class="message-list-scroller"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-live={scroll.isAtBottom ? "polite" : "off"}
        onFocusIn={onFocusIn}
        onFocusOut={onFocusOut}
        onScroll={scroll.onScroll}
      >
        <p class="message-list-start note" aria-live="off">
          <Text>{startText(props)}</Text>
        </p>
        {/* Stays while it loads: without it, everything below would move up by its height. */}
        {hasOlder && (
          <button
            ref={handOffFocus}
            type="button"
            class="button-quiet message-list-older"
            aria-disabled={loadingOlder}
            onClick={onLoadOlder}
          >
            <Text>{loadingOlder ? "Loading older messages…" : "Load older messages"}</Text>
          </button>
        )}
        <ol>
          {pieces.map((piece) => {
            if ("height" in piece) return <Space key={piece.key} height={piece.height} />;
            const row = rows[piece.index];
            if (!row) return null;
            // One element, with one key: otherwise loading older messages would remount a row, and lose an edit.
            return (
              <li key={row.key} class="message-list-item" data-index={piece.index}>
                {row.gapAfter !== undefined && <MissingMessages after={row.gapAfter} onLoad={onLoadGap} />}
                {row.startsDay && (
                  <p class="message-list-day">
                    <Text>{formatDay(row.at, startOfToday, undefined, language)}</Text>
                  </p>
                )}
                {row.seq !== undefined && row.seq === unread.dividerSeq && (
                  <p class="message-list-unread">
                    <Text>New messages</Text>
                  </p>
                )}
                <MessageRow row={row} user={user} draft={draft} actions={actions} onJumpTo={jumpTo} />
              </li>
            );
          })}
        </ol>
      </div>
      {!scroll.isAtBottom && (scroll.isFarUp || unread.count > 0) && (
        <button
          type="button"
          class="button message-list-new"
          onClick={() => {
            scroll.scrollToBottom();
            // The button is removed: the list takes the focus.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          <DownIcon /> <Text>{newestText(unread.count)}</Text>
        </button>
      )}
    </div>
  );
}

/** The position, where its row is in the list. */
function findPosition(
  rows: readonly MessageRowModel[],
  position: ScrollPosition | undefined,
): ScrollPosition | undefined {
  return rows.some(({ key }) => key === position?.key) ? position : undefined;
}

function startText({ ready, hasOlder, rows }: MessageListProps): string {
  if (!ready) return "Loading…";
  if (rows.length === 0) return "No messages yet. Say hello!";
  return hasOlder ? "" : "This is where it began.";
}

/** The label of the button that goes to the newest message, where so many were not seen. */
function newestText(count: number): string {
  if (count === 0) return "Newest messages";
  return count === 1 ? "1 new message" : `${count > 99 ? "99+" : count} new messages`;
}

interface MissingMessagesProps {
  /** The last message before those that are missing. */
  after: number;
  onLoad: MessageListProps["onLoadGap"];
}

/** Where messages are not loaded: they are as soon as the user comes near, and otherwise on request. */
function MissingMessages({ after, onLoad }: MissingMessagesProps) {
  return (
    <button type="button" class="button-quiet message-list-missing" onClick={() => onLoad({ after })}>
      <Text>Load the messages between</Text>
    </button>
  );
}

/** Stands for rows that have no elements. */
function Space({ height }: { height: number }) {
  return <li role="presentation" style={{ height }} />;
}
