/** One message in the list, stored or outgoing. */
import type { MessageProps } from "../component-props.ts";
import { memo, useContext, useEffect, useRef, useState, type ReactElement } from "react";
import { isHost } from "../../protocol/system-user.ts";
import { useIsBlocked } from "../hooks/use-blocks.ts";
import { useSelected } from "../hooks/use-selected.ts";
import { useLabels, type Labels } from "../labels.ts";
import { useStores } from "../provider.tsx";
import { EMPTY_DRAFT } from "../stores/thread-draft.ts";
import { ThreadContext, useThreadName } from "../thread/thread-context.tsx";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { classNames } from "../ui/class-names.ts";
import { MoreIcon } from "../ui/icons.tsx";
import { Text, UserText } from "../ui/text.tsx";
import type { MessageRowModel } from "../../view/message-list/message-row-model.ts";
import { editedText, emojiOf } from "../../view/message-list/outgoing-changes.ts";
import { formatDateTime, formatTime } from "../../view/text/time-format.ts";
import { useMessageActions } from "./message-actions.ts";
import { MessageEditor } from "./message-editor.tsx";
import { MessageExcerpt } from "./message-excerpt.tsx";
import { MessageText } from "./message-text.tsx";
import { Reactions } from "./reactions.tsx";
import { UnstoredState } from "./unstored-state.tsx";

export function Message({ row }: MessageProps): ReactElement {
  return <MemoizedMessage row={row} />;
}

/** Only those whose message has changed are rendered. */
const MemoizedMessage = memo(function MemoizedMessage({ row }: MessageProps) {
  return isHost(row.author) ? <SystemMessage row={row} /> : <UserMessage row={row} />;
});

function SystemMessage({ row }: MessageProps): ReactElement {
  const labels = useLabels();
  return (
    <div className="lilypad-message lilypad-message-system" tabIndex={-1} data-seq={row.seq}>
      {row.message?.deletedAt === undefined ? (
        <MessageText body={row.body} editedAt={row.message?.editedAt} />
      ) : (
        <p>
          <Text>{labels.messageDeleted}</Text>
        </p>
      )}
      <Time at={row.at} />
    </div>
  );
}

function UserMessage({ row }: MessageProps): ReactElement {
  const { message, author, own, startsGroup, state, removed } = row;
  const labels = useLabels();
  const actions = useMessageActions();
  const { components } = useContext(ThreadContext);
  const Avatar = components.Avatar ?? DefaultAvatar;
  const element = useRef<HTMLDivElement>(null);
  // For when the control that has the focus is removed.
  const focusRow = () => element.current?.focus({ preventScroll: true });
  const isDeleted = message?.deletedAt !== undefined;
  const [isShown, setShown] = useState(false);
  const isFolded = useIsBlocked([author.id]) && !isShown;
  return (
    <div
      ref={element}
      className={classNames(
        "lilypad-message",
        own ? "lilypad-message-own" : "lilypad-message-other",
        startsGroup && "lilypad-message-first",
        isDeleted && "lilypad-message-deleted",
        state !== "sent" && `lilypad-message-${state}`,
        removed && "lilypad-message-removed",
      )}
      tabIndex={-1}
      data-seq={row.seq}
    >
      {startsGroup && !own && <Avatar id={author.id} name={author.name} avatarUrl={author.avatarUrl} />}
      {startsGroup && (
        <p className="lilypad-message-head">
          <span className={own ? "lilypad-hidden" : "lilypad-author"}>
            {own ? <Text>{labels.you}</Text> : <UserText text={author.name} />}
          </span>{" "}
          <Time at={row.at} />
        </p>
      )}
      {row.quote && !isDeleted && !isFolded && <Quote quote={row.quote} />}
      {isFolded ? (
        <FoldedLine
          onShow={() => {
            focusRow();
            setShown(true);
          }}
        />
      ) : (
        <MessageLine row={row} onClosed={focusRow} />
      )}
      {message && !isDeleted && !isFolded && (
        <Reactions message={message} onToggle={actions.toggleReaction} />
      )}
      {state !== "sent" && (
        <UnstoredState
          state={state}
          text={state === "pending" ? labels.sending : labels.notSent}
          reason={row.reason}
          onRetry={() => {
            focusRow();
            actions.retry(row.id);
          }}
          onDiscard={() => actions.discard(row.id)}
        />
      )}
      <Changes row={row} labels={labels} onDone={focusRow} />
    </div>
  );
}

/** In the place of what somebody has written whom the user has blocked. */
function FoldedLine({ onShow }: { onShow: () => void }): ReactElement {
  const labels = useLabels();
  return (
    <p className="lilypad-folded">
      <Text>{labels.fromBlocked}</Text>{" "}
      <button type="button" className="lilypad-link-button" onClick={onShow}>
        <Text>{labels.show}</Text>
      </button>
    </p>
  );
}

/** The text, or the editor in its place, and the button of the menu. */
function MessageLine({ row, onClosed }: MessageProps & { onClosed: () => void }): ReactElement {
  const { message, seq } = row;
  const labels = useLabels();
  const actions = useMessageActions();
  const { draft } = useStores().thread(useThreadName(undefined));
  /** The new text, while the user edits the message. */
  const text = useSelected(draft, EMPTY_DRAFT, ({ edit }) =>
    seq !== undefined && edit?.seq === seq ? edit.text : undefined,
  );
  const isDeleted = message?.deletedAt !== undefined;
  if (isDeleted) {
    return (
      <p className="lilypad-bubble">
        <Text>{labels.messageDeleted}</Text>
      </p>
    );
  }
  if (text !== undefined && seq !== undefined) {
    const close = () => {
      actions.startEdit(seq, undefined);
      onClosed();
    };
    return (
      <MessageEditor
        text={text}
        onChange={(changed) => actions.startEdit(seq, changed)}
        onSave={(body) => {
          close();
          if (body !== row.body) actions.edit(seq, body);
        }}
        onCancel={close}
      />
    );
  }
  return (
    <div className="lilypad-line">
      <MessageText body={row.body} editedAt={message?.editedAt} />
      {message && !row.removed && (
        <button
          type="button"
          className="lilypad-icon-button lilypad-menu-button"
          aria-label={labels.actions}
          aria-haspopup="dialog"
          onClick={(event) => actions.openMenu(message, event.currentTarget)}
        >
          <MoreIcon />
        </button>
      )}
    </div>
  );
}

/** The message that this one replies to. A button that jumps to it, where it is in the list. */
function Quote({ quote }: { quote: NonNullable<MessageRowModel["quote"]> }): ReactElement {
  const { seq, message, inList } = quote;
  const labels = useLabels();
  const { loadQuoted, jumpTo } = useMessageActions();
  const isMissing = message === undefined;
  useEffect(() => {
    if (isMissing) loadQuoted(seq);
  }, [loadQuoted, seq, isMissing]);
  const text = (
    <>
      <span className="lilypad-hidden">{labels.inReplyTo} </span>
      <MessageExcerpt message={message} />
    </>
  );
  return inList ? (
    <button type="button" className="lilypad-quote" onClick={() => jumpTo(seq)}>
      {text}
    </button>
  ) : (
    <p className="lilypad-quote">{text}</p>
  );
}

/** The user's own changes that are not stored yet. */
function Changes(props: { row: MessageRowModel; labels: Labels; onDone: () => void }): ReactElement {
  const { row, labels, onDone } = props;
  const { retry, discard } = useMessageActions();
  return (
    <>
      {row.changes?.map((change) => (
        <UnstoredState
          key={change.id}
          state={change.state}
          text={labels.change(change.type, change.state, emojiOf(change))}
          body={editedText(change)}
          reason={change.reason}
          onRetry={() => {
            onDone();
            retry(change.id);
          }}
          onDiscard={() => {
            onDone();
            discard(change.id);
          }}
        />
      ))}
    </>
  );
}

function Time({ at }: { at: number }): ReactElement {
  return (
    <time className="lilypad-time" dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      <Text>{formatTime(at)}</Text>
    </time>
  );
}
