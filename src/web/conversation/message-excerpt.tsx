/** A message on one line: its author and the beginning of its text. Shown where a reply refers to it. */
import type { Message } from "../../protocol/model.ts";
import "./message-excerpt.css";

/** Characters: more than fits on any line. The style sheet cuts the text where the line ends. */
const MAX_LENGTH = 200;

export function MessageExcerpt({ message }: { message: Message | undefined }) {
  if (!message) return <span class="message-excerpt note">Earlier message</span>;
  const deleted = message.deletedAt !== undefined;
  return (
    <span class="message-excerpt">
      <b dir="auto">{message.author.name}</b>{" "}
      <span class="note" dir="auto">
        {deleted ? "Deleted message" : message.body.slice(0, MAX_LENGTH)}
      </span>
    </span>
  );
}
