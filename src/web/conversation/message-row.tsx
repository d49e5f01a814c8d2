/** One message in the list, stored or outgoing. */
import { memo } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { formatDateTime, formatTime } from "../ui/time-format.ts";
import type { MessageActions } from "./message-actions.ts";
import { DeletedBody, MessageBody } from "./message-body.tsx";
import { MessageEditor } from "./message-editor.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { MessageQuote } from "./message-quote.tsx";
import type { MessageRowModel } from "./message-row-model.ts";
import { Reactions } from "./reactions.tsx";
import "./message-row.css";

export interface MessageRowProps {
  row: MessageRowModel;
  user: User;
  actions: MessageActions;
  /** Scrolls to the message `seq` and focuses it. */
  onJumpTo: (seq: number) => void;
}

/** Memoized: there may be thousands of rows, and only those whose props changed render again. */
export const MessageRow = memo(function MessageRow({ row, user, actions, onJumpTo }: MessageRowProps) {
  const [editing, setEditing] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  // For when the focused control is removed.
  const focusRow = () => item.current?.focus({ preventScroll: true });
  const { message, author, own, seq } = row;
  const deleted = message?.deletedAt !== undefined;

  return (
    <li
      ref={item}
      class={rowClass(row)}
      inert={row.removed}
      tabIndex={-1}
      data-seq={seq}
      data-state={row.state}
    >
      {row.startsGroup && !own && <Avatar id={author.id} name={author.name} avatarUrl={author.avatarUrl} />}
      {row.startsGroup && (
        <p class="message-head">
          <UserText
            as="span"
            class={own ? "visually-hidden" : "message-author"}
            text={own ? "You" : author.name}
          />{" "}
          <time dateTime={new Date(row.at).toISOString()} title={formatDateTime(row.at)}>
            <Text>{formatTime(row.at)}</Text>
          </time>
        </p>
      )}
      {row.quote && !deleted && (
        <MessageQuote quote={row.quote} onLoad={actions.loadQuoted} onJumpTo={onJumpTo} />
      )}
      <div class="message-line">
        {deleted ? (
          <DeletedBody />
        ) : editing && seq !== undefined ? (
          <MessageEditor
            body={row.body}
            onSave={(body) => {
              setEditing(false);
              focusRow();
              if (body !== row.body) actions.edit(seq, body);
            }}
            onCancel={() => {
              setEditing(false);
              focusRow();
            }}
          />
        ) : (
          <MessageBody body={row.body} editedAt={message?.editedAt} />
        )}
        {message && !deleted && !editing && (
          <MessageMenu message={message} user={user} onEdit={() => setEditing(true)} actions={actions} />
        )}
      </div>
      {message && !deleted && <Reactions message={message} onToggle={actions.toggleReaction} />}
      {row.state === "pending" && (
        <p class="message-state message-sending">
          <Text>Sending…</Text>
        </p>
      )}
      {row.state === "failed" && (
        <div class="message-state message-failed" role="alert">
          <p>
            <Text>{`Not sent: ${row.reason}`}</Text>
          </p>
          <button
            type="button"
            class="button-quiet"
            onClick={() => {
              focusRow();
              actions.retry(row.id);
            }}
          >
            Retry
          </button>
          <button type="button" class="button-quiet" onClick={() => actions.discard(row.id)}>
            Discard
          </button>
        </div>
      )}
    </li>
  );
});

function rowClass({ own, startsGroup, state, removed }: MessageRowModel): string {
  return [
    "message",
    own && "message-own",
    startsGroup && "message-first",
    state !== "sent" && `message-${state}-row`,
    removed && "message-removed",
  ]
    .filter(Boolean)
    .join(" ");
}
