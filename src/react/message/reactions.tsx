/** The reactions to a message. A click adds the user's own, or removes it. */
import type { ReactElement } from "react";
import type { Message } from "../../client/client.ts";
import { useLabels } from "../labels.ts";
import { Text } from "../ui/text.tsx";

export interface ReactionsProps {
  message: Message;
  /** `mine` says whether the user's own reaction is there. */
  onToggle: (seq: number, emoji: string, mine: boolean) => void;
}

export function Reactions({ message, onToggle }: ReactionsProps): ReactElement | null {
  const labels = useLabels();
  if (!message.reactions || message.reactions.length === 0) return null;
  return (
    <ul className="lilypad-reactions" aria-label={labels.reactions}>
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
