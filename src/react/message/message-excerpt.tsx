/** A message on one line: its author and the beginning of its text. Shown where a reply refers to it. */
import type { ReactElement } from "react";
import type { Message } from "../../client/client.ts";
import { shorten } from "../../protocol/graphemes.ts";
import { useLabels } from "../labels.ts";
import { Text, UserText } from "../ui/text.tsx";

/** Characters: more than fits on any line. The style sheet cuts the text where the line ends. */
const MAX_LENGTH = 200;

export function MessageExcerpt({ message }: { message: Message | undefined }): ReactElement {
  const labels = useLabels();
  if (!message) {
    return (
      <span className="lilypad-excerpt">
        <Text>{labels.earlierMessage}</Text>
      </span>
    );
  }
  return (
    <span className="lilypad-excerpt">
      <b>
        <UserText text={message.author.name} />
      </b>{" "}
      {message.deletedAt === undefined ? (
        <UserText text={shorten(message.body, MAX_LENGTH)} />
      ) : (
        <Text>{labels.messageDeleted}</Text>
      )}
    </span>
  );
}
