/** Above a reply: the message that it replies to. A button that jumps to that message where it is in the list. */
import { useEffect } from "preact/hooks";
import { MessageExcerpt } from "./message-excerpt.tsx";
import type { Quote } from "../../view/message-list/message-row-model.ts";
import "./message-quote.css";

export interface MessageQuoteProps {
  quote: Quote;
  onLoad: (seq: number) => void;
  onJumpTo: (seq: number) => void;
}

export function MessageQuote({ quote: { seq, message, inList }, onLoad, onJumpTo }: MessageQuoteProps) {
  const missing = message === undefined;
  useEffect(() => {
    if (missing) onLoad(seq);
  }, [seq, missing]);

  const text = (
    <>
      <span class="visually-hidden">In reply to </span>
      <MessageExcerpt message={message} />
    </>
  );
  return inList ? (
    <button type="button" class="message-quote" onClick={() => onJumpTo(seq)}>
      {text}
    </button>
  ) : (
    <p class="message-quote">{text}</p>
  );
}
