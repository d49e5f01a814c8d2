/** Where one writes. What is half written stays with its thread while the page is open. */
import type { Message } from "../../protocol/model.ts";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { BODY_LENGTH } from "../../protocol/limits.ts";
import { isComposing } from "../ui/ime.ts";
import { CloseIcon, SendIcon } from "../ui/icons.tsx";
import { QuoteText } from "./message-excerpt.tsx";
import "./composer.css";

const drafts = new Map<string, string>();

export interface ComposerProps {
  /** Whose draft, in which thread. */
  draftKey: string;
  maxLength: number | undefined;
  disabled: boolean;
  /** What one replies to. */
  reply: { seq: number; message?: Message | undefined } | undefined;
  onCancelReply: () => void;
  onSend: (body: string) => void;
  onTyping: () => void;
}

export function Composer(props: ComposerProps) {
  const { draftKey, maxLength = BODY_LENGTH, disabled, reply, onCancelReply, onSend, onTyping } = props;
  const [text, setText] = useState(drafts.get(draftKey) ?? "");
  const box = useRef<HTMLTextAreaElement>(null);

  // As high as its text, up to the limit in the style sheet.
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight + 2}px`;
  }, [text]);

  // With a mouse comes a keyboard; on a phone it would cover half of what one came to read.
  useLayoutEffect(() => {
    if (matchMedia("(hover: hover)").matches) box.current?.focus();
  }, []);

  const repliesTo = reply?.seq;
  // At once: one types on without looking.
  useLayoutEffect(() => {
    if (repliesTo !== undefined) box.current?.focus();
  }, [repliesTo]);

  const cancelReply = () => {
    onCancelReply();
    box.current?.focus();
  };
  const write = (next: string) => {
    setText(next);
    if (next === "") drafts.delete(draftKey);
    else drafts.set(draftKey, next);
  };
  const send = () => {
    if (text.trim() === "" || disabled) return;
    onSend(text.trim());
    write("");
    box.current?.focus();
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
            <QuoteText message={reply.message} />
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
        ref={box}
        class="input"
        dir="auto"
        rows={1}
        placeholder="Message"
        maxLength={maxLength}
        disabled={disabled}
        aria-describedby={reply ? "composer-reply" : undefined}
        value={text}
        onInput={(event) => {
          write(event.currentTarget.value);
          if (event.currentTarget.value.trim() !== "") onTyping();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.isComposing && reply) cancelReply();
          // While an input method composes, Enter takes its suggestion and sends nothing.
          if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="button" aria-label="Send" disabled={disabled || text.trim() === ""}>
        <SendIcon />
      </button>
    </form>
  );
}
