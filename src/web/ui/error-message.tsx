import { Text } from "./text.tsx";

/** The error of an action, shown next to the control that started it. */
export function ErrorMessage({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p class="error" role="alert">
      <Text>{text}</Text>
    </p>
  );
}
