/** The scrolling list of a conversation's messages. Loads older ones as the user scrolls up. */
import { Fragment } from "preact";
import { useCallback, useRef } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import type { ThreadDraft } from "../drafts/drafts.ts";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { Text } from "../ui/text.tsx";
import { formatDay } from "../ui/time-format.ts";
import { today } from "../ui/today.ts";
import { useStore } from "../ui/use-store.ts";
import type { MessageActions } from "./message-actions.ts";
import type { MessageRowModel } from "./message-row-model.ts";
import { MessageRow } from "./message-row.tsx";
import { usePinnedScroll } from "./use-pinned-scroll.ts";
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
  onLoadOlder: () => void;
  onRead: (seq: number) => void;
}

export function MessageList(props: MessageListProps) {
  const { rows, user, draft, hasOlder, loadingOlder, actions, onLoadOlder, onRead } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { hasUnseen, scrollToBottom } = usePinnedScroll({ scroller, rows, hasOlder, onLoadOlder, onRead });
  const startOfToday = useStore(today);

  // The focus highlights the message until it moves elsewhere.
  const jumpTo = useCallback((seq: number) => {
    const row = scroller.current?.querySelector<HTMLElement>(`li[data-seq="${seq}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }, []);

  return (
    <div class="message-list">
      {/* Focusable, so that it can be scrolled by keyboard. */}
      <div
        class="message-list-scroller"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-live="polite"
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
          {/* Day and row share one key: otherwise loading older messages would remount every row, and lose an edit. */}
          {rows.map((row) => (
            <Fragment key={row.key}>
              {/* Not role="separator": screen readers need not announce the text inside one. */}
              {row.startsDay && (
                <li class="message-list-day">
                  <Text>{formatDay(row.at, startOfToday)}</Text>
                </li>
              )}
              <MessageRow row={row} user={user} draft={draft} actions={actions} onJumpTo={jumpTo} />
            </Fragment>
          ))}
        </ol>
      </div>
      {hasUnseen && (
        <button
          type="button"
          class="button message-list-new"
          onClick={() => {
            scrollToBottom();
            // The button is removed: the list takes the focus.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          New messages
        </button>
      )}
    </div>
  );
}

function startText({ ready, hasOlder, rows }: MessageListProps): string {
  if (!ready) return "Loading…";
  if (rows.length === 0) return "No messages yet. Say hello!";
  return hasOlder ? "" : "This is where it began.";
}
