/** One thread: connects its room to the parts that show it. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { messageIn, personIn } from "../../client/room/room-state.ts";
import type { User } from "../../protocol/model.ts";
// The rights that the server decides by: what is refused there is not offered here.
import { mayErase } from "../../protocol/rights.ts";
import { Composer } from "./composer.tsx";
import { ConnectionBanner } from "../ui/connection-banner.tsx";
import { MessageList } from "./message-list.tsx";
import type { MessageActions } from "./message-actions.ts";
import { RoomHeader } from "./conversation-header.tsx";
import { enterRoom, leaveRoom } from "./room-lifecycle.ts";
import { Link } from "../router.tsx";
import { rowsOf, type Row } from "./message-rows.ts";
import { ThreadDetails } from "../thread-details/thread-details.tsx";
import { TypingLine } from "./typing-indicator.tsx";
import { useStore } from "../ui/use-store.ts";
import "./conversation.css";

const NO_OLDER = "Older messages could not be loaded.";

export interface RoomPageProps {
  user: User;
  threadId: string;
}

export function RoomPage({ user, threadId }: RoomPageProps) {
  const room = useMemo(() => enterRoom(threadId), [threadId]);
  useEffect(() => () => leaveRoom(room), [room]);
  const state = useStore(room);
  const [error, setError] = useState<string>();
  const older = () =>
    room.loadOlder().then(
      () => setError((shown) => (shown === NO_OLDER ? undefined : shown)),
      () => setError(NO_OLDER),
    );

  const [replyTo, setReplyTo] = useState<number>();
  const [details, setDetails] = useState(false);
  const kind = state.thread?.kind ?? "direct";
  const standing = state.you?.role ?? null;

  const actions = useMemo((): MessageActions => {
    const tell = (change: Promise<unknown>) => {
      setError(undefined);
      change.catch((failure: Error) => setError(failure.message));
    };
    return {
      edit: (seq, body) => tell(room.edit(seq, body)),
      erase: (seq) => tell(room.erase(seq)),
      mayErase: ({ author }) => mayErase(kind, standing, author.id === user.id),
      reply: (seq) => {
        setReplyTo(seq);
        // Also where it is the one that is replied to already.
        document.getElementById("composer")?.focus();
      },
      loadQuoted: (seq) => room.loadQuoted(seq),
      toggleReaction: (seq, emoji, mine) => tell(mine ? room.unreact(seq, emoji) : room.react(seq, emoji)),
      retry: (id) => room.retry(id),
      discard: (id) => room.discard(id),
    };
  }, [room, user, kind, standing]);
  const made = useRef<readonly Row[]>([]);
  const rows = useMemo(
    () => (made.current = rowsOf(state, user, made.current)),
    [state.messages, state.quoted, state.outgoing, user],
  );

  if (state.connection === "stopped" && !state.ready) return <NoRoom />;
  const typing = state.typing
    .filter(({ userId }) => userId !== user.id)
    .map(({ userId }) => personIn(state, userId)?.name ?? "Somebody");

  return (
    <>
      <RoomHeader state={state} user={user} onDetails={() => setDetails(true)} />
      {details && state.thread && state.connection !== "stopped" && (
        <ThreadDetails
          thread={state.thread}
          state={state}
          user={user}
          onMoreMembers={() => room.loadMembers()}
          onClose={() => setDetails(false)}
        />
      )}
      <ConnectionBanner
        connection={state.connection}
        closeCode={state.closeCode}
        ready={state.ready}
        onRetry={() => room.reconnect()}
      />
      {error !== undefined && (
        <p class="error room-error" role="alert">
          {error}
        </p>
      )}
      {state.ready || rows.length > 0 ? (
        <MessageList
          ready={state.ready}
          rows={rows}
          user={user}
          hasBefore={state.hasBefore}
          loadingBefore={state.loadingBefore}
          actions={actions}
          onOlder={older}
          onRead={(seq) => room.read(seq)}
        />
      ) : (
        <p class="centred note" role="status">
          Loading…
        </p>
      )}
      <TypingLine names={typing} />
      <Composer
        draftKey={`${user.id} ${threadId}`}
        maxLength={state.limits?.bodyLength}
        disabled={state.connection === "stopped"}
        reply={replyTo === undefined ? undefined : { seq: replyTo, message: messageIn(state, replyTo) }}
        onCancelReply={() => setReplyTo(undefined)}
        onSend={(body) => {
          room.send(body, replyTo);
          setReplyTo(undefined);
        }}
        onTyping={() => room.typing()}
      />
    </>
  );
}

function NoRoom() {
  return (
    <div class="centred">
      <h1>This chat is not here</h1>
      <p class="note">It does not exist, or you are not in it.</p>
      <Link href="/chat" class="button">
        Back to your chats
      </Link>
    </div>
  );
}
