/** Who is typing. Keeps its height when nobody is, so that the layout does not shift. */
import type { TypingIndicatorProps } from "../component-props.ts";
import type { ReactElement } from "react";
import { isolated } from "../../view/text/bidi.ts";
import { formatNames } from "../../view/text/name-list.ts";
import { useTyping } from "../hooks/use-typing.ts";
import { useLabels } from "../labels.ts";
import { Text } from "../ui/text.tsx";
import { useThreadName } from "./thread-context.tsx";

export function TypingIndicator(props: TypingIndicatorProps): ReactElement {
  const labels = useLabels();
  const people = useTyping(useThreadName(props.thread));
  const names = people.map(({ name }) => (name === "" ? labels.somebody : isolated(name)));
  return (
    <p className="lilypad-typing" aria-live="polite">
      {names.length > 0 && (
        <Text>{labels.typing(formatNames(names, 3, names.length, labels), names.length)}</Text>
      )}
    </p>
  );
}
