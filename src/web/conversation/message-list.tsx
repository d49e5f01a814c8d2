/** The messages of a room: loads older ones at the top, stays at the bottom where one was there. */
import { Fragment } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { handOver } from "../ui/focus-handoff.ts";
import type { MessageActions } from "./message-actions.ts";
import { MessageRow } from "./message-row.tsx";
import type { Row } from "./message-rows.ts";
import { useSticking } from "./use-pinned-scroll.ts";
import { dayOf } from "../ui/time-format.ts";
import "./message-list.css";

export interface MessageListProps {
  /** False while only what is being sent is known. */
  ready: boolean;
  rows: readonly Row[];
  user: User;
  hasBefore: boolean;
  loadingBefore: boolean;
  actions: MessageActions;
  onOlder: () => void;
  onRead: (seq: number) => void;
}

export function MessageList(props: MessageListProps) {
  const { ready, rows, user, hasBefore, loadingBefore, actions, onOlder, onRead } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { missed, toBottom } = useSticking({ scroller, rows, hasBefore, onOlder, onRead });
  const [menuOf, setMenuOf] = useState<string>();
  const now = Date.now();

  // The focus marks what was looked for, until it goes elsewhere.
  const show = useCallback((seq: number) => {
    const row = scroller.current?.querySelector<HTMLElement>(`li[data-seq="${seq}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  }, []);

  return (
    <div class="messages-frame">
      {/* Reached by keyboard, so that it can be scrolled without a pointer. */}
      <div class="messages" ref={scroller} tabIndex={0} role="log" aria-label="Messages" aria-live="polite">
        <p class="messages-top note" aria-live="off">
          {!ready && "Loading…"}
          {ready && !hasBefore && rows.length > 0 && "This is where it began."}
          {ready && rows.length === 0 && "No messages yet. Say hello!"}
        </p>
        {/* Stays while it loads: without it, everything below would jump up by its height. */}
        {hasBefore && (
          <button
            ref={handOver}
            type="button"
            class="button-quiet messages-older"
            aria-disabled={loadingBefore}
            onClick={onOlder}
          >
            {loadingBefore ? "Loading older messages…" : "Load older messages"}
          </button>
        )}
        <ol>
          {/* Keyed as one: else every row would be made anew, and an edit in it lost, when older ones come above. */}
          {rows.map((row) => (
            <Fragment key={row.key}>
              {/* No separator: what is in one of those need not be read out. */}
              {row.startsDay && <li class="messages-day">{dayOf(row.at, now)}</li>}
              <MessageRow
                row={row}
                user={user}
                actions={actions}
                menuOpen={menuOf === row.key}
                onShow={show}
                onMenu={setMenuOf}
              />
            </Fragment>
          ))}
        </ol>
      </div>
      {missed && (
        <button
          type="button"
          class="button messages-new"
          onClick={() => {
            toBottom();
            // The button goes.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          New messages
        </button>
      )}
    </div>
  );
}
