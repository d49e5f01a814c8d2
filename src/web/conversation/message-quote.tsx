/** Above a reply: what it replies to. It leads there where that is loaded. */
import { useEffect } from "preact/hooks";
import { QuoteText } from "./message-excerpt.tsx";
import type { Quote } from "./message-rows.ts";
import "./message-quote.css";

export interface MessageQuoteProps {
  quote: Quote;
  onLoad: (seq: number) => void;
  onShow: (seq: number) => void;
}

export function MessageQuote({ quote: { seq, message, shown }, onLoad, onShow }: MessageQuoteProps) {
  const missing = message === undefined;
  useEffect(() => {
    if (missing) onLoad(seq);
  }, [seq, missing]);

  const text = (
    <>
      <span class="visually-hidden">In reply to </span>
      <QuoteText message={message} />
    </>
  );
  return shown ? (
    <button type="button" class="message-quote" onClick={() => onShow(seq)}>
      {text}
    </button>
  ) : (
    <p class="message-quote">{text}</p>
  );
}
