/** One message in the list, stored or outgoing. */
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { useChat } from "../chat-context.ts";
import type { ThreadDraft } from "../drafts/drafts.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { formatDateTime, formatTime } from "../../view/text/time-format.ts";
import { useSelected } from "../ui/use-store.ts";
import type { MessageActions } from "./message-actions.ts";
import { DeletedBody, MessageBody } from "./message-body.tsx";
import { MessageEditor } from "./message-editor.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { MessageQuote } from "./message-quote.tsx";
import type { MessageRowModel } from "../../view/message-list/message-row-model.ts";
import { changeText, editedText } from "../../view/message-list/outgoing-changes.ts";
import { Reactions } from "./reactions.tsx";
import { UnstoredState } from "./unstored-state.tsx";
import "./message-row.css";

const MESSAGE_TEXT = { pending: "Sending…", failed: "Not sent" };

export interface MessageRowProps {
  row: MessageRowModel;
  user: User;
  /** What the user is composing in the thread: an edit of this message, too. */
  draft: ThreadDraft;
  actions: MessageActions;
  /** Scrolls to the message `seq` and focuses it. */
  onJumpTo: (seq: number) => void;
}

/** Memoized: there may be thousands of rows, and only those whose props changed render again. */
export const MessageRow = memo(function MessageRow({ row, user, draft, actions, onJumpTo }: MessageRowProps) {
  const { language } = useChat();
  const { message, author, own, seq } = row;
  const deleted = message?.deletedAt !== undefined;
  const [isShown, setShown] = useState(false);
  const isFolded = useIsFolded(author.id) && !isShown && !deleted;
  /** The new text, while the user edits the message. */
  const edit = useSelected(draft, ({ edits }) => (seq === undefined ? undefined : edits[seq]));
  const changeEdit = (text: string | undefined) => seq !== undefined && draft.changeEdit(seq, text);
  // An edit that was half written earlier does not take the focus when it is shown again.
  const isEditChosen = useRef(false);
  // A message that is deleted while the user edits it: the edit is refused, and its text then shown with that.
  const lastBody = useRef(row.body);
  if (!deleted) lastBody.current = row.body;
  useEffect(() => {
    if (!deleted || edit === undefined || seq === undefined) return;
    changeEdit(undefined);
    const body = edit.trim();
    if (body !== "" && body !== lastBody.current) actions.edit(seq, body);
  }, [deleted, edit]);
  const item = useRef<HTMLDivElement>(null);
  // For when the focused control is removed.
  const focusRow = () => item.current?.focus({ preventScroll: true });

  return (
    <div
      ref={item}
      class={rowClass(row)}
      inert={row.removed}
      tabIndex={-1}
      data-seq={seq}
      data-state={row.state}
    >
      {row.startsGroup && !own && !isHost(author) && (
        <Avatar id={author.id} name={author.name} avatarUrl={author.avatarUrl} />
      )}
      {row.startsGroup && (
        <p class="message-head">
          <UserText
            as="span"
            class={own ? "visually-hidden" : "message-author"}
            text={own ? "You" : author.name}
          />{" "}
          <time dateTime={new Date(row.at).toISOString()} title={formatDateTime(row.at, language)}>
            <Text>{formatTime(row.at, language)}</Text>
          </time>
        </p>
      )}
      {row.quote && !deleted && !isFolded && (
        <MessageQuote quote={row.quote} onLoad={actions.loadQuoted} onJumpTo={onJumpTo} />
      )}
      <div class="message-line">
        {isFolded ? (
          <p class="message-body message-folded note">
            From somebody you blocked.{" "}
            <button type="button" class="button-quiet" onClick={() => setShown(true)}>
              Show
            </button>
          </p>
        ) : deleted ? (
          <DeletedBody />
        ) : edit !== undefined ? (
          <MessageEditor
            text={edit}
            autoFocus={isEditChosen.current}
            onChange={changeEdit}
            onSave={(body) => {
              changeEdit(undefined);
              focusRow();
              if (body !== row.body && seq !== undefined) actions.edit(seq, body);
            }}
            onCancel={() => {
              changeEdit(undefined);
              focusRow();
            }}
          />
        ) : (
          <MessageBody body={row.body} editedAt={message?.editedAt} />
        )}
        {message && !deleted && !isFolded && edit === undefined && (
          <MessageMenu
            message={message}
            user={user}
            onEdit={() => {
              isEditChosen.current = true;
              changeEdit(row.body);
            }}
            actions={actions}
          />
        )}
      </div>
      {message && !deleted && !isFolded && <Reactions message={message} onToggle={actions.toggleReaction} />}
      {row.state !== "sent" && (
        <UnstoredState
          state={row.state}
          text={MESSAGE_TEXT}
          reason={row.reason}
          onRetry={() => {
            focusRow();
            actions.retry(row.id);
          }}
          onDiscard={() => actions.discard(row.id)}
        />
      )}
      {row.changes?.map((change) => (
        <UnstoredState
          key={change.id}
          state={change.state}
          text={changeText(change)}
          body={editedText(change)}
          reason={change.reason}
          onRetry={() => {
            focusRow();
            actions.retry(change.id);
          }}
          onDiscard={() => {
            focusRow();
            actions.discardChange(change.id);
          }}
        />
      ))}
    </div>
  );
});

/** Whether messages of this author are folded: where the user has blocked them. */
function useIsFolded(authorId: string): boolean {
  const { client } = useChat();
  return useSelected(client.presence(), ({ blocked }) => blocked.has(authorId));
}

function rowClass({ author, own, startsGroup, state, removed }: MessageRowModel): string {
  return [
    "message",
    own && "message-own",
    isHost(author) && "message-system",
    startsGroup && "message-first",
    state !== "sent" && `message-${state}-row`,
    removed && "message-removed",
  ]
    .filter(Boolean)
    .join(" ");
}
