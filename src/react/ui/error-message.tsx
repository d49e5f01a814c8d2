/** Why a request failed: read out when it appears. */
import type { ReactElement } from "react";
import { Text } from "./text.tsx";

export function ErrorMessage({ text }: { text: string | undefined }): ReactElement | null {
  if (text === undefined) return null;
  return (
    <p className="lilypad-error" role="alert">
      <Text>{text}</Text>
    </p>
  );
}
