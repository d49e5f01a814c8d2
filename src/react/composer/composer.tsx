/** Where the user writes a message. */
import type { ComposerProps } from "../component-props.ts";
import { useEffect, useId, useRef, type ReactElement } from "react";
import type { RoomState } from "../../client/client.ts";
import { messageIn } from "../../client/room/room-state.ts";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { lastSentAt } from "../../view/writing/writing-restriction.ts";
import { writingRestrictionText } from "../../view/writing/writing-restriction-text.ts";
import { useWritingRestriction } from "../../view/writing/use-writing-restriction.ts";
import { useIsBlocked } from "../hooks/use-blocks.ts";
import { areListsEqual, useSelected } from "../hooks/use-selected.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { MessageExcerpt } from "../message/message-excerpt.tsx";
import { useStores } from "../provider.tsx";
import { EMPTY_DRAFT } from "../stores/thread-draft.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { classNames } from "../ui/class-names.ts";
import { CloseIcon, SendIcon } from "../ui/icons.tsx";
import { LengthNote } from "../ui/length-note.tsx";
import { Text } from "../ui/text.tsx";
import { useBrowserLayoutEffect, WritingField } from "../ui/writing-field.tsx";

/** The ids of those to whom nothing can be written while they are blocked: who is in a direct thread. */
function othersIfDirect({ thread, members }: RoomState): readonly string[] {
  return thread?.kind === "direct" ? members.map(({ user }) => user.id) : [];
}

export function Composer(props: ComposerProps): ReactElement {
  const thread = useThreadName(props.thread);
  // Another thread is another field: what was written stays with its thread.
  return <ThreadComposer key={thread} {...props} thread={thread} />;
}

function ThreadComposer(props: ComposerProps & { thread: string }): ReactElement {
  const { thread, className, placeholder, autoFocus = false, onSend } = props;
  const labels = useLabels();
  const { draft, actions } = useStores().thread(thread);
  const { text, replyTo } = useSelected(draft, EMPTY_DRAFT, (state) => state);
  const repliedTo = useThreadState(thread, (state) =>
    replyTo === undefined ? undefined : messageIn(state, replyTo),
  );
  const isStopped = useThreadState(thread, (state) => state.connection === "stopped");
  const max = useThreadState(thread, (state) => state.limits?.bodyLength ?? BODY_LENGTH);
  const others = useThreadState(thread, othersIfDirect, areListsEqual);
  const restriction = useWritingRestriction({
    thread: useThreadState(thread, (state) => state.thread),
    you: useThreadState(thread, (state) => state.you),
    lastSentAt: useThreadState(thread, lastSentAt),
    isBlocked: useIsBlocked(others),
  });
  // In slow mode the next message can be written meanwhile.
  const isClosed = isStopped || (restriction !== undefined && restriction.why !== "slow");
  const field = useRef<HTMLTextAreaElement>(null);
  const lengthId = useId();

  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  // A layout effect, so that the first key pressed after choosing Reply reaches it. A reply that is found is not chosen.
  const knownReplyTo = useRef(replyTo);
  useBrowserLayoutEffect(() => {
    if (replyTo !== undefined && replyTo !== knownReplyTo.current) field.current?.focus();
    knownReplyTo.current = replyTo;
  }, [replyTo]);

  const cancelReply = () => {
    draft.change({ replyTo: undefined });
    field.current?.focus();
  };
  const body = text.trim();
  const sendable = body !== "" && body.length <= max && !isStopped && !restriction;
  const send = () => {
    if (!sendable) return;
    if (onSend) onSend(body, replyTo);
    // What fails stays in the list of messages, with the reason.
    else void actions.send(body, replyTo).catch(() => undefined);
    draft.change({ text: "", replyTo: undefined });
    field.current?.focus();
  };

  return (
    <form
      className={classNames("lilypad", "lilypad-composer", className)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {restriction && (
        <p className="lilypad-hindrance" role={restriction.why === "slow" ? "timer" : "status"}>
          <Text>{writingRestrictionText(restriction, restriction.now, labels)}</Text>
        </p>
      )}
      {replyTo !== undefined && (
        <div className="lilypad-composer-reply">
          <p>
            <span className="lilypad-hidden">{labels.replyingTo} </span>
            <MessageExcerpt message={repliedTo} />
          </p>
          <button
            type="button"
            className="lilypad-icon-button"
            aria-label={labels.cancelReply}
            onClick={cancelReply}
          >
            <CloseIcon />
          </button>
        </div>
      )}
      <WritingField
        field={field}
        text={text}
        label={labels.message}
        placeholder={placeholder ?? labels.message}
        disabled={isClosed}
        invalid={body.length > max}
        describedBy={lengthId}
        onChange={(written) => {
          draft.change({ text: written });
          if (written.trim() !== "") actions.notifyTyping();
        }}
        onSend={send}
        onCancel={() => replyTo !== undefined && cancelReply()}
      />
      <button
        type="submit"
        className="lilypad-button lilypad-send"
        aria-label={labels.send}
        disabled={!sendable}
      >
        <SendIcon />
      </button>
      <LengthNote id={lengthId} length={body.length} max={max} />
    </form>
  );
}
