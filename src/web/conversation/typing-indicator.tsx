/** Who is typing. Keeps its height when nobody is, so that the layout does not shift. */
import { isolated } from "../../view/text/bidi.ts";
import { formatNames } from "../../view/text/name-list.ts";
import { Text } from "../ui/text.tsx";
import "./typing-indicator.css";

export function TypingIndicator({ names }: { names: readonly string[] }) {
  return (
    <p class="typing-indicator" data-testid="typing" aria-live="polite">
      {names.length > 0 && <Text>{typingText(names)}</Text>}
    </p>
  );
}

function typingText(names: readonly string[]): string {
  return `${formatNames(names.map(isolated), 3)} ${names.length === 1 ? "is" : "are"} typing…`;
}
