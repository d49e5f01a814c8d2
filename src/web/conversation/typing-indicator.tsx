/** Who is typing. Keeps its height when nobody is, so that nothing jumps. */
import { namesOf } from "../thread-list/thread-title.ts";
import "./typing-indicator.css";

export function TypingLine({ names }: { names: readonly string[] }) {
  return (
    <p class="typing-line" data-testid="typing" aria-live="polite">
      {names.length > 0 && `${namesOf(names, 3)} ${names.length === 1 ? "is" : "are"} typing…`}
    </p>
  );
}
