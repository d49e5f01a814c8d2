/** A message in one line: who wrote it, and how it begins. */
import type { Message } from "../../protocol/model.ts";
import "./message-excerpt.css";

/** More than any line shows; the style sheet cuts it where the line ends. */
const SHOWN = 200;

export function QuoteText({ message }: { message: Message | undefined }) {
  if (!message) return <span class="quote-text note">Earlier message</span>;
  const deleted = message.deletedAt !== undefined;
  return (
    <span class="quote-text">
      <b dir="auto">{message.author.name}</b>{" "}
      <span class="note" dir="auto">
        {deleted ? "Deleted message" : message.body.slice(0, SHOWN)}
      </span>
    </span>
  );
}
