/** Where the user writes a message. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/model.ts";
import { useChat } from "../chat-context.ts";
import type { ThreadDraft } from "../drafts/drafts.ts";
import { CloseIcon, SendIcon } from "../ui/icons.tsx";
import { LengthNote } from "../ui/length-note.tsx";
import { isSendKey } from "../../view/keys/send-key.ts";
import { useStore } from "../ui/use-store.ts";
import { writingRestrictionText } from "../../view/writing/writing-restriction-text.ts";
import type { CurrentRestriction } from "../../view/writing/use-writing-restriction.ts";
import { Text } from "../ui/text.tsx";
import { MessageExcerpt } from "./message-excerpt.tsx";
import "./composer.css";

export interface ComposerProps {
  /** Is given the field. */
  field: RefObject<HTMLTextAreaElement | null>;
  draft: ThreadDraft;
  maxLength: number | undefined;
  disabled: boolean;
  /** What keeps the user from writing now. */
  restriction: CurrentRestriction | undefined;
  /** The message that the draft replies to, where that is loaded. */
  repliedTo: Message | undefined;
  onSend: (body: string, replyTo: number | undefined) => void;
  onTyping: () => void;
}

export function Composer(props: ComposerProps) {
  const {
    field: textarea,
    draft,
    maxLength = BODY_LENGTH,
    disabled,
    restriction,
    repliedTo,
    onSend,
    onTyping,
  } = props;
  const { takesFocus, language } = useChat();
  const { text, replyTo } = useStore(draft);

  // As high as its text, up to the style sheet's max-height.
  useLayoutEffect(() => {
    if (!textarea.current) return;
    textarea.current.style.height = "auto";
    textarea.current.style.height = `${textarea.current.scrollHeight + 2}px`;
  }, [text]);

  // Not on touch screens, where the on-screen keyboard would cover half of the conversation.
  useLayoutEffect(() => {
    if (takesFocus && matchMedia("(hover: hover)").matches) textarea.current?.focus();
  }, []);

  // A layout effect, so that the first key pressed after choosing Reply reaches it. A reply that is found is not chosen.
  const knownReplyTo = useRef(replyTo);
  useLayoutEffect(() => {
    if (replyTo !== undefined && replyTo !== knownReplyTo.current) textarea.current?.focus();
    knownReplyTo.current = replyTo;
  }, [replyTo]);

  const cancelReply = () => {
    draft.change({ replyTo: undefined });
    textarea.current?.focus();
  };
  const body = text.trim();
  const sendable = body !== "" && body.length <= maxLength && !disabled && !restriction;
  // In slow mode the next message can be written meanwhile.
  const isClosed = disabled || (restriction !== undefined && restriction.why !== "slow");
  const send = () => {
    if (!sendable) return;
    onSend(body, replyTo);
    draft.change({ text: "", replyTo: undefined });
    textarea.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {restriction && (
        <p
          id="composer-restriction"
          class="composer-restriction note"
          role={restriction.why === "slow" ? "timer" : "status"}
        >
          <Text>{writingRestrictionText(restriction, restriction.now, undefined, language)}</Text>
        </p>
      )}
      {replyTo !== undefined && (
        <div class="composer-reply">
          <p id="composer-reply">
            <span class="visually-hidden">Replying to </span>
            <MessageExcerpt message={repliedTo} />
          </p>
          <button type="button" class="icon-button" aria-label="Cancel reply" onClick={cancelReply}>
            <CloseIcon />
          </button>
        </div>
      )}
      <label class="visually-hidden" for="composer">
        Message
      </label>
      <textarea
        id="composer"
        ref={textarea}
        class="input"
        dir="auto"
        rows={1}
        placeholder="Message"
        disabled={isClosed}
        aria-invalid={body.length > maxLength}
        aria-describedby={replyTo === undefined ? "composer-length" : "composer-reply composer-length"}
        value={text}
        onInput={(event) => {
          draft.change({ text: event.currentTarget.value });
          if (event.currentTarget.value.trim() !== "") onTyping();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && replyTo !== undefined) {
            // It closes nothing around it.
            event.preventDefault();
            cancelReply();
          }
          if (!isSendKey(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <button
        type="submit"
        class="button"
        aria-label="Send"
        aria-describedby="composer-length"
        disabled={!sendable}
      >
        <SendIcon />
      </button>
      <LengthNote id="composer-length" length={body.length} max={maxLength} />
    </form>
  );
}
