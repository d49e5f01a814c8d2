/** One message. */
import { memo } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { EditMessage } from "./message-editor.tsx";
import { LinkedText } from "./linked-text.tsx";
import type { MessageActions } from "./message-actions.ts";
import { MessageMenu } from "./message-menu.tsx";
import { MessageQuote } from "./message-quote.tsx";
import { Reactions } from "./reactions.tsx";
import type { Row } from "./message-rows.ts";
import { momentOf, timeOf } from "../ui/time-format.ts";
import "./message-row.css";

export interface MessageRowProps {
  row: Row;
  user: User;
  actions: MessageActions;
  menuOpen: boolean;
  /** Opens the menu of the row with this key; of none, where that is undefined. */
  onMenu: (key: string | undefined) => void;
  /** Scrolls to the message `seq`. */
  onShow: (seq: number) => void;
}

/** Rendered again only where something that it is given has changed: there may be thousands. */
export const MessageRow = memo(Message);

function Message({ row, user, actions, menuOpen, onMenu, onShow }: MessageRowProps) {
  const [editing, setEditing] = useState(false);
  const box = useRef<HTMLLIElement>(null);
  // What had the focus goes: its row keeps it, or where that goes too, the list.
  const keepFocus = () => box.current?.focus({ preventScroll: true });
  const leaveFocus = () => box.current?.closest<HTMLElement>("[role=log]")?.focus({ preventScroll: true });
  const { message, author, own, seq } = row;
  const deleted = message?.deletedAt !== undefined;

  return (
    <li ref={box} class={classOf(row)} tabIndex={-1} data-seq={seq} data-state={row.state}>
      {row.startsGroup && !own && <Avatar id={author.id} name={author.name} avatarUrl={author.avatarUrl} />}
      {row.startsGroup && (
        <p class="message-head">
          <span class={own ? "visually-hidden" : "message-author"} dir="auto">
            {own ? "You" : author.name}
          </span>{" "}
          <time dateTime={new Date(row.at).toISOString()} title={momentOf(row.at)}>
            {timeOf(row.at)}
          </time>
        </p>
      )}
      {row.quote && !deleted && (
        <MessageQuote quote={row.quote} onLoad={actions.loadQuoted} onShow={onShow} />
      )}
      <div class="message-line">
        {editing && seq !== undefined ? (
          <EditMessage
            body={row.body}
            onSave={(body) => {
              setEditing(false);
              keepFocus();
              if (body !== row.body) actions.edit(seq, body);
            }}
            onCancel={() => {
              setEditing(false);
              keepFocus();
            }}
          />
        ) : (
          <p class={deleted ? "message-body message-deleted" : "message-body"} dir="auto">
            {deleted ? "Message deleted" : <LinkedText text={row.body} />}
            {!deleted && message?.editedAt !== undefined && (
              <span class="message-edited" title={momentOf(message.editedAt)}>
                {" "}
                (edited)
              </span>
            )}
          </p>
        )}
        {message && !deleted && !editing && (
          <MessageMenu
            message={message}
            user={user}
            open={menuOpen}
            onOpen={(open) => onMenu(open ? row.key : undefined)}
            onEdit={() => setEditing(true)}
            actions={actions}
          />
        )}
      </div>
      {message && !deleted && <Reactions message={message} user={user} onToggle={actions.toggleReaction} />}
      {row.state === "pending" && <p class="message-state message-sending">Sending…</p>}
      {row.state === "failed" && (
        <p class="message-state message-failed" role="alert">
          Not sent: {row.reason}
          <button
            type="button"
            class="button-quiet"
            onClick={() => {
              keepFocus();
              actions.retry(row.id);
            }}
          >
            Retry
          </button>
          <button
            type="button"
            class="button-quiet"
            onClick={() => {
              leaveFocus();
              actions.discard(row.id);
            }}
          >
            Discard
          </button>
        </p>
      )}
    </li>
  );
}

function classOf({ own, startsGroup, state }: Row): string {
  return [
    "message",
    own && "message-own",
    startsGroup && "message-first",
    state !== "sent" && `message-${state}-row`,
  ]
    .filter(Boolean)
    .join(" ");
}
