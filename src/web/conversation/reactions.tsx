/** The reactions to a message. A click adds the user's own, or removes it. */
import type { Message } from "../../protocol/model.ts";
import { Text } from "../ui/text.tsx";
import type { MessageActions } from "./message-actions.ts";
import "./reactions.css";

export interface ReactionsProps {
  message: Message;
  onToggle: MessageActions["toggleReaction"];
}

export function Reactions({ message, onToggle }: ReactionsProps) {
  if (!message.reactions || message.reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label="Reactions">
      {message.reactions.map(({ emoji, count, mine = false }) => (
        <li key={emoji}>
          <button
            type="button"
            aria-pressed={mine}
            aria-label={`${emoji} ${count}`}
            onClick={() => onToggle(message.seq, emoji, mine)}
          >
            <Text>{`${emoji} ${count}`}</Text>
          </button>
        </li>
      ))}
    </ul>
  );
}
