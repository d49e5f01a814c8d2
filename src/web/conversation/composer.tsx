/** Where the user writes a message. Each thread keeps its draft while the page is open. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/model.ts";
import { CloseIcon, SendIcon } from "../ui/icons.tsx";
import { isImeComposing } from "../ui/ime.ts";
import { LengthNote } from "../ui/length-note.tsx";
import { MessageExcerpt } from "./message-excerpt.tsx";
import "./composer.css";

/** The unsent text by draft key: the composer is unmounted when another thread is opened. */
const drafts = new Map<string, string>();

export interface ComposerProps {
  /** Identifies the draft: its user and thread. */
  draftKey: string;
  maxLength: number | undefined;
  disabled: boolean;
  /** The message replied to; without `message` where that is not loaded. */
  reply: { seq: number; message?: Message | undefined } | undefined;
  onCancelReply: () => void;
  onSend: (body: string) => void;
  onTyping: () => void;
}

export function Composer(props: ComposerProps) {
  const { draftKey, maxLength = BODY_LENGTH, disabled, reply, onCancelReply, onSend, onTyping } = props;
  const [text, setText] = useState(drafts.get(draftKey) ?? "");
  const textarea = useRef<HTMLTextAreaElement>(null);

  // As high as its text, up to the style sheet's max-height.
  useLayoutEffect(() => {
    if (!textarea.current) return;
    textarea.current.style.height = "auto";
    textarea.current.style.height = `${textarea.current.scrollHeight + 2}px`;
  }, [text]);

  // Not on touch screens, where the on-screen keyboard would cover half of the conversation.
  useLayoutEffect(() => {
    if (matchMedia("(hover: hover)").matches) textarea.current?.focus();
  }, []);

  const replyTo = reply?.seq;
  // A layout effect, so that the first key pressed after choosing Reply reaches it.
  useLayoutEffect(() => {
    if (replyTo !== undefined) textarea.current?.focus();
  }, [replyTo]);

  const cancelReply = () => {
    onCancelReply();
    textarea.current?.focus();
  };
  const updateDraft = (draft: string) => {
    setText(draft);
    if (draft === "") drafts.delete(draftKey);
    else drafts.set(draftKey, draft);
  };
  const body = text.trim();
  const sendable = body !== "" && body.length <= maxLength && !disabled;
  const send = () => {
    if (!sendable) return;
    onSend(body);
    updateDraft("");
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
      {reply && (
        <div class="composer-reply">
          <p id="composer-reply">
            <span class="visually-hidden">Replying to </span>
            <MessageExcerpt message={reply.message} />
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
        disabled={disabled}
        aria-invalid={body.length > maxLength}
        aria-describedby={reply ? "composer-reply composer-length" : "composer-length"}
        value={text}
        onInput={(event) => {
          updateDraft(event.currentTarget.value);
          if (event.currentTarget.value.trim() !== "") onTyping();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.isComposing && reply) cancelReply();
          // During an input method's composition, Enter accepts its suggestion.
          if (event.key !== "Enter" || event.shiftKey || isImeComposing(event)) return;
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
