/** A message on one line: its author and the beginning of its text. Shown where a reply refers to it. */
import { shorten } from "../../protocol/graphemes.ts";
import type { Message } from "../../protocol/model.ts";
import { Text, UserText } from "../ui/text.tsx";
import "./message-excerpt.css";

/** Characters: more than fits on any line. The style sheet cuts the text where the line ends. */
const MAX_LENGTH = 200;

export function MessageExcerpt({ message }: { message: Message | undefined }) {
  if (!message) {
    return (
      <span class="message-excerpt note">
        <Text>Earlier message</Text>
      </span>
    );
  }
  const deleted = message.deletedAt !== undefined;
  return (
    <span class="message-excerpt">
      <UserText as="b" text={message.author.name} />{" "}
      <UserText
        as="span"
        class="note"
        text={deleted ? "Deleted message" : shorten(message.body, MAX_LENGTH)}
      />
    </span>
  );
}
