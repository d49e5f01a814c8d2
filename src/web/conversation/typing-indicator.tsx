/** Who is typing. Keeps its height when nobody is, so that the layout does not shift. */
import { formatNames } from "../ui/name-list.ts";
import "./typing-indicator.css";

export function TypingIndicator({ names }: { names: readonly string[] }) {
  return (
    <p class="typing-indicator" data-testid="typing" aria-live="polite">
      {names.length > 0 && `${formatNames(names, 3)} ${names.length === 1 ? "is" : "are"} typing…`}
    </p>
  );
}
