/** The open thread: connects its room to the components that show it. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RequestError } from "../../client/http/request-error.ts";
import type { PresenceState } from "../../client/presence/presence-state.ts";
import { messageIn, personIn } from "../../client/room/room-state.ts";
import type { User } from "../../protocol/model.ts";
// The same rules as on the server, so that the page offers only what the server would allow.
import { mayErase, mayRestrain, standingOf } from "../../protocol/rights.ts";
import { isHost } from "../../protocol/system-user.ts";
import { useChat } from "../chat-context.ts";
import { RequestBar } from "../contacts/request-bar.tsx";
import { useModerationDialog } from "../moderation/use-moderation-dialog.tsx";
import { ThreadDetails } from "../thread-details/thread-details.tsx";
import { ConnectionBanner } from "../ui/connection-banner.tsx";
import { Text } from "../ui/text.tsx";
import { useSelected, useStore } from "../ui/use-store.ts";
import { Composer } from "./composer.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { LiveLinks } from "./linked-text.tsx";
import type { MessageActions } from "./message-actions.ts";
import { MessageList } from "./message-list.tsx";
import { MessageRows, rowKey } from "../../view/message-list/message-row-model.ts";
import { changeText, editedText } from "../../view/message-list/outgoing-changes.ts";
import { enterRoom } from "./room-lifecycle.ts";
import { ThreadNotFound } from "./thread-not-found.tsx";
import { rememberScrollPosition, scrollPositionAt } from "./scroll-positions.ts";
import { isUnaccepted } from "../../view/contacts/incoming-request.ts";
import { useOpening } from "../../view/message-list/use-opening.ts";
import { lastSentAt } from "../../view/writing/writing-restriction.ts";
import { useWritingRestriction } from "../../view/writing/use-writing-restriction.ts";
import { TypingIndicator } from "./typing-indicator.tsx";
import { UndoBar } from "./undo-bar.tsx";
import { UnstoredState } from "./unstored-state.tsx";
import "./conversation.css";

const LOADING_FAILED = "Older messages could not be loaded.";

export interface ConversationProps {
  user: User;
  threadId: string;
  /** Who is online, by user id, as far as that is known. */
  presence: PresenceState["presence"];
}

export function Conversation({ user, threadId, presence }: ConversationProps) {
  const { client, drafts, removals, onUserChanged, views } = useChat();
  const heldRemovals = removals.of(threadId);
  const { room, leave } = useMemo(() => enterRoom(client, threadId), [client, threadId]);
  useEffect(() => leave, [leave]);
  // A layout effect: at once, before the room is left.
  useLayoutEffect(() => () => heldRemovals.carryOut(), [room]);
  const state = useStore(room);
  const isOfOther = state.user !== undefined && state.user.id !== user.id;
  useLayoutEffect(() => {
    if (isOfOther) onUserChanged();
  }, [isOfOther]);
  const [error, setError] = useState<string>();
  const [entry] = useState(views.visit);
  const [position] = useState(() => scrollPositionAt(entry));
  const isOpen = useOpening(room, state, position?.seq);
  const showLoaded = (loaded: Promise<void>) =>
    loaded.then(
      () => setError((shown) => (shown === LOADING_FAILED ? undefined : shown)),
      () => setError(LOADING_FAILED),
    );

  const composer = useRef<HTMLTextAreaElement>(null);
  const draft = drafts.of(user.id, threadId);
  const replyTo = useSelected(draft, (composed) => composed.replyTo);
  const repliedTo = replyTo === undefined ? undefined : messageIn(state, replyTo);
  // A reply that was half written earlier may be to a message that is older than those loaded.
  useEffect(() => {
    if (state.ready && replyTo !== undefined && !repliedTo) room.loadQuoted(replyTo);
  }, [room, state.ready, replyTo, repliedTo]);
  const [detailsOpen, setDetailsOpen] = useState(false);
  const kind = state.thread?.kind ?? "direct";
  const ownStanding = state.you ? standingOf(state.you, Date.now()) : null;
  const { ask, dialog } = useModerationDialog(threadId, () => setError("Lilypad cannot be reached."));
  const isBlocked = useSelected(
    client.presence(),
    ({ blocked }) => kind === "direct" && state.members.some((member) => blocked.has(member.user.id)),
  );
  const restriction = useWritingRestriction({ ...state, lastSentAt: lastSentAt(state), isBlocked });
  const request = useSelected(client.presence(), ({ invitations }) =>
    invitations.find(({ id }) => id === state.thread?.id),
  );

  const actions = useMemo((): MessageActions => {
    // Of a change that fails its row says so. One that is not taken, since too many wait, has no place there.
    const change = (stored: Promise<unknown>, giveBack?: () => void): Promise<unknown> => {
      setError(undefined);
      return stored.catch(({ code, message }: RequestError) => {
        if (code !== "rate_limited") return;
        setError(message);
        giveBack?.();
      });
    };
    return {
      edit: (seq, body) => void change(room.edit(seq, body), () => draft.changeEdit(seq, body)),
      delete: ({ seq, id, author }) =>
        heldRemovals.hold({
          key: rowKey(author.id, id),
          what: "message deleted",
          // Not where another user has signed in meanwhile, and this one's connection was lost.
          carryOut: async () => room.getSnapshot().user?.id === user.id && change(room.erase(seq)),
        }),
      mayDelete: ({ author }) => mayErase(kind, ownStanding, author.id === user.id),
      report: (message) => ask({ type: "report", message }),
      mayRestrain: ({ author }) => {
        const member = room.getSnapshot().members.find(({ user: { id } }) => id === author.id);
        return !isHost(author) && mayRestrain(kind, ownStanding, author.id === user.id, member?.role ?? null);
      },
      restrain: (type, { author }) => ask({ type, person: author }),
      reply: (seq) => {
        draft.change({ replyTo: seq });
        // The composer takes the focus by itself only where the reply changes.
        composer.current?.focus();
      },
      loadQuoted: (seq) => room.loadQuoted(seq),
      toggleReaction: (seq, emoji, mine) =>
        void change(mine ? room.unreact(seq, emoji) : room.react(seq, emoji)),
      retry: (id) => room.retry(id),
      discard: (id) =>
        heldRemovals.hold({
          key: rowKey(user.id, id),
          what: "message discarded",
          carryOut: async () => room.discard(id),
        }),
      discardChange: (id) =>
        heldRemovals.hold({ key: id, what: "change discarded", carryOut: async () => room.discard(id) }),
    };
  }, [room, draft, user, kind, ownStanding]);
  const { held, underway } = useStore(heldRemovals);
  const removed = useMemo(() => new Set([...held, ...underway].map(({ key }) => key)), [held, underway]);
  const outgoingChanges = useMemo(
    () => state.outgoingChanges.filter(({ id }) => !removed.has(id)),
    [state.outgoingChanges, removed],
  );
  const messageRows = useMemo(() => new MessageRows(), [room]);
  const rows = useMemo(
    () => messageRows.build({ ...state, outgoingChanges }, user, removed),
    [state.messages, state.quoted, state.outgoing, outgoingChanges, removed, user],
  );

  /** Those of messages that have no row, since they are not loaded. */
  const refusedAbove = outgoingChanges.filter(
    ({ seq, state: is }) => is === "failed" && seq < (state.messages[0]?.seq ?? Infinity),
  );

  if (state.connection === "stopped" && !state.ready)
    return <ThreadNotFound user={user} threadId={threadId} />;
  const typing = state.typing
    .filter(({ userId }) => userId !== user.id)
    .map(({ userId }) => personIn(state, userId)?.name ?? "Somebody");

  return (
    <>
      <ConversationHeader
        state={state}
        user={user}
        presence={presence}
        onOpenDetails={() => setDetailsOpen(true)}
      />
      {detailsOpen && state.thread && state.connection !== "stopped" && (
        <ThreadDetails
          thread={state.thread}
          state={state}
          user={user}
          presence={presence}
          onLoadMoreMembers={() => room.loadMembers()}
          onClose={() => setDetailsOpen(false)}
        />
      )}
      <ConnectionBanner
        connection={state.connection}
        closeCode={state.closeCode}
        ready={state.ready}
        onRetry={() => room.reconnect()}
      />
      {refusedAbove.map((change) => (
        <UnstoredState
          key={change.id}
          state={change.state}
          text={changeText(change, "an earlier message")}
          body={editedText(change)}
          reason={change.reason}
          onRetry={() => actions.retry(change.id)}
          onDiscard={() => actions.discardChange(change.id)}
        />
      ))}
      {error !== undefined && (
        <p class="error conversation-error" role="alert">
          <Text>{error}</Text>
        </p>
      )}
      {isOpen || (!state.ready && rows.length > 0) ? (
        <LiveLinks.Provider value={!isUnaccepted(state)}>
          <MessageList
            key={String(state.ready)}
            ready={state.ready}
            rows={rows}
            user={user}
            draft={draft}
            hasOlder={state.hasBefore}
            loadingOlder={state.loadingBefore}
            actions={actions}
            readSeq={state.you?.readSeq}
            position={position}
            onLeave={(left) => rememberScrollPosition(entry, left)}
            onLoadOlder={() => showLoaded(room.loadOlder())}
            onLoadGap={(bounds) => showLoaded(room.loadMessages(bounds))}
            onRead={(seq) => room.read(seq)}
          />
        </LiveLinks.Provider>
      ) : (
        <p class="centred note" role="status">
          <Text>Loading…</Text>
        </p>
      )}
      <UndoBar removals={held} onUndo={() => heldRemovals.undo()} />
      <TypingIndicator names={typing} />
      {dialog}
      {request && <RequestBar request={request} />}
      <Composer
        field={composer}
        draft={draft}
        maxLength={state.limits?.bodyLength}
        disabled={state.connection === "stopped"}
        restriction={restriction}
        repliedTo={repliedTo}
        onSend={(body, repliesTo) => room.send(body, repliesTo)}
        onTyping={() => room.typing()}
      />
    </>
  );
}
