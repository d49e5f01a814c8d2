/** The messages of a thread. Opens at the first that is unread; loads older ones as the user scrolls up. */
import type { MessageListProps } from "../component-props.ts";
import { useContext, useMemo, type ReactElement } from "react";
import type { RoomState, User } from "../../client/client.ts";
import { isUnaccepted } from "../../view/contacts/incoming-request.ts";
import { MessageRows } from "../../view/message-list/message-row-model.ts";
import { useOpening } from "../../view/message-list/use-opening.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { useStores } from "../provider.tsx";
import { ThreadContext, useThreadName } from "../thread/thread-context.tsx";
import { classNames } from "../ui/class-names.ts";
import { Text } from "../ui/text.tsx";
import { VirtualMessageList } from "./virtual-message-list.tsx";

/** What the list shows, and no more: who is typing, who is here or has read renders nothing of it. */
const shownOf = (state: RoomState) => ({
  ready: state.ready,
  user: state.user,
  messages: state.messages,
  quoted: state.quoted,
  outgoing: state.outgoing,
  outgoingChanges: state.outgoingChanges,
  hasBefore: state.hasBefore,
  loadingBefore: state.loadingBefore,
});

/** Who writes before it is known who is signed in. */
const NOBODY: User = { id: "", name: "" };

export function MessageList({ thread: given, className }: MessageListProps): ReactElement {
  const thread = useThreadName(given);
  const isStarted = useThreadState(thread, ({ ready, outgoing }) => ready || outgoing.length > 0);
  const around = useContext(ThreadContext);
  const isRequest = useThreadState(thread, isUnaccepted);
  // What draws a message takes the thread from there, also where there is no `<Thread>`.
  const context = useMemo(
    () => ({ ...around, thread, isUnaccepted: isRequest }),
    [around, thread, isRequest],
  );
  return (
    <ThreadContext.Provider value={context}>
      <div className={classNames("lilypad", "lilypad-messages", className)}>
        {isStarted ? <StartedList key={thread} thread={thread} /> : <Loading />}
      </div>
    </ThreadContext.Provider>
  );
}

function StartedList({ thread }: { thread: string }): ReactElement {
  const store = useStores().thread(thread);
  const shown = useThreadState(thread, shownOf, areObjectsEqual);
  const { ready, user = NOBODY, messages, quoted, outgoing, outgoingChanges } = shown;
  const isOpen = useOpening(
    { getSnapshot: store.getSnapshot, loadMessages: store.actions.loadMessages },
    shown,
    undefined,
  );
  const messageRows = useMemo(() => new MessageRows(), []);
  const rows = useMemo(
    () => messageRows.build({ messages, quoted, outgoing, outgoingChanges }, user),
    [messageRows, messages, quoted, outgoing, outgoingChanges, user],
  );
  if (ready && !isOpen) return <Loading />;
  return (
    <VirtualMessageList
      key={String(ready)}
      thread={thread}
      rows={rows}
      ready={ready}
      hasOlder={shown.hasBefore}
      loadingOlder={shown.loadingBefore}
    />
  );
}

function Loading(): ReactElement {
  return (
    <p className="lilypad-note" role="status">
      <Text>{useLabels().loading}</Text>
    </p>
  );
}
