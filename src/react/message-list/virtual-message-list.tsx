/** The list that scrolls. Only rows near what is in view have elements, so that thousands cost what a few screens do. */
import {
  memo,
  useCallback,
  useContext,
  useRef,
  useState,
  useSyncExternalStore,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from "react";
import type { MessageRowModel } from "../../view/message-list/message-row-model.ts";
import { useFocusedRow } from "../../view/message-list/use-focused-row.ts";
import { useJump } from "../../view/message-list/use-jump.ts";
import { useMessageScroll } from "../../view/message-list/use-message-scroll.ts";
import { useSeenMessages } from "../../view/message-list/use-seen-messages.ts";
import { useVirtualList } from "../../view/message-list/use-virtual-list.ts";
import { formatDay } from "../../view/text/time-format.ts";
import { today } from "../../view/text/today.ts";
import { useThreadActions, useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { MessageActionsContext } from "../message/message-actions.ts";
import { MessageMenu } from "../message/message-menu.tsx";
import type { MessageProps } from "../component-props.ts";
import { Message as DefaultMessage } from "../message/message.tsx";
import { ThreadContext } from "../thread/thread-context.tsx";
import { DownIcon } from "../ui/icons.tsx";
import { Text } from "../ui/text.tsx";
import { useActionsOf, type OpenedMenu } from "./use-message-actions.ts";

export interface VirtualMessageListProps {
  thread: string;
  rows: readonly MessageRowModel[];
  /** Whether messages have been loaded. Before that, the rows are outgoing messages only. */
  ready: boolean;
  /** Whether there are older messages to load. */
  hasOlder: boolean;
  loadingOlder: boolean;
}

export function VirtualMessageList({
  thread,
  rows,
  ready,
  hasOlder,
  loadingOlder,
}: VirtualMessageListProps): ReactElement {
  const labels = useLabels();
  const { loadOlder, loadMessages, read } = useThreadActions(thread);
  const readSeq = useThreadState(thread, ({ you }) => you?.readSeq);
  const [failed, setFailed] = useState(false);
  const [menu, setMenu] = useState<OpenedMenu>();
  const follow = (loaded: Promise<void>) =>
    void loaded.then(
      () => setFailed(false),
      () => setFailed(true),
    );
  const onLoadOlder = () => follow(loadOlder());
  const onLoadGap = (bounds: { after: number } | { before: number }) => follow(loadMessages(bounds));

  const scroller = useRef<HTMLDivElement>(null);
  const { kept, onFocusIn, onFocusOut } = useFocusedRow(rows);
  const { list, pieces } = useVirtualList(scroller, rows, kept, undefined);
  const unread = useSeenMessages({ list, rows, readSeq, onRead: read });
  const scroll = useMessageScroll({ list, pieces, rows, unread, hasOlder, onLoadOlder, onLoadGap });
  const actions = useActionsOf(thread, setMenu, useJump(list, rows));
  const startOfToday = useSyncExternalStore(today.subscribe, today.getSnapshot, today.getSnapshot);
  const closeMenu = useCallback(() => setMenu(undefined), []);

  return (
    <MessageActionsContext.Provider value={actions}>
      {/* Focusable, so that it can be scrolled by keyboard. Elsewhere than at the bottom, what gets an element is no news. */}
      <div
        className="lilypad-log"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label={labels.messages}
        aria-live={scroll.isAtBottom ? "polite" : "off"}
        onFocus={onFocusIn}
        onBlur={onFocusOut}
        onScroll={scroll.onScroll}
      >
        <p className="lilypad-log-start" aria-live="off">
          <Text>{startText(rows, { ready, hasOlder, failed }, labels)}</Text>
        </p>
        {/* Stays while it loads: without it, everything below would move up by its height. */}
        {hasOlder && (
          <button
            type="button"
            className="lilypad-link-button lilypad-load-older"
            aria-disabled={loadingOlder}
            onClick={onLoadOlder}
          >
            <Text>{loadingOlder ? labels.loadingOlder : labels.loadOlder}</Text>
          </button>
        )}
        <ol>
          {pieces.map((piece) => {
            if ("height" in piece)
              return <li key={piece.key} role="presentation" style={{ height: piece.height }} />;
            const row = rows[piece.index];
            if (!row) return null;
            // One element, with one key: otherwise loading older messages would mount a row again, and lose an edit.
            return (
              <li key={row.key} className="lilypad-item" data-index={piece.index}>
                {row.gapAfter !== undefined && (
                  <MissingMessages after={row.gapAfter} onLoad={onLoadGap} text={labels.loadBetween} />
                )}
                {row.startsDay && (
                  <p className="lilypad-day">
                    <Text>{formatDay(row.at, startOfToday, labels)}</Text>
                  </p>
                )}
                {row.seq !== undefined && row.seq === unread.dividerSeq && (
                  <p className="lilypad-new">
                    <Text>{labels.newMessages}</Text>
                  </p>
                )}
                <Row row={row} />
              </li>
            );
          })}
        </ol>
      </div>
      {!scroll.isAtBottom && (scroll.isFarUp || unread.count > 0) && (
        <button
          type="button"
          className="lilypad-button lilypad-to-newest"
          onClick={() => {
            scroll.scrollToBottom();
            // The button is removed: the list takes the focus.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          <DownIcon /> <Text>{unread.count === 0 ? labels.newest : labels.newCount(unread.count)}</Text>
        </button>
      )}
      {menu && (
        <MessageMenu key={menu.message.seq} {...menu} thread={thread} actions={actions} onClose={closeMenu} />
      )}
    </MessageActionsContext.Provider>
  );
}

/** Draws a message by what the host has given, or by the `Message` of this package. */
function Row({ row }: MessageProps): ReactElement {
  const { components, renderMessage } = useContext(ThreadContext);
  return <DrawnRow row={row} Message={components.Message ?? DefaultMessage} render={renderMessage} />;
}

interface DrawnRowProps extends MessageProps {
  Message: ComponentType<MessageProps>;
  render: ((props: MessageProps) => ReactNode) | undefined;
}

/** Memoized, also where the host's component is not: what happens elsewhere in the thread renders no message. */
const DrawnRow = memo(function DrawnRow({ row, Message, render }: DrawnRowProps) {
  return <>{render ? render({ row }) : <Message row={row} />}</>;
});

interface MissingMessagesProps {
  /** The last message before those that are missing. */
  after: number;
  onLoad: (bounds: { after: number }) => void;
  text: string;
}

/** Where messages are not loaded: they are as soon as the user comes near, and otherwise on request. */
function MissingMessages({ after, onLoad, text }: MissingMessagesProps): ReactElement {
  return (
    <button type="button" className="lilypad-link-button" onClick={() => onLoad({ after })}>
      <Text>{text}</Text>
    </button>
  );
}

interface Start {
  ready: boolean;
  hasOlder: boolean;
  failed: boolean;
}

function startText(
  rows: readonly MessageRowModel[],
  { ready, hasOlder, failed }: Start,
  labels: ReturnType<typeof useLabels>,
): string {
  if (!ready) return labels.loading;
  if (failed) return labels.loadingFailed;
  if (rows.length === 0) return labels.empty;
  return hasOlder ? "" : labels.beginning;
}
