/** One line of a menu. */
import type { ReactElement } from "react";
import { Text } from "./text.tsx";

export interface MenuItemProps {
  text: string;
  /** Whether it takes something away. */
  isDanger?: boolean;
  onChoose: () => void;
}

export function MenuItem({ text, isDanger = false, onChoose }: MenuItemProps): ReactElement {
  return (
    <button type="button" className={isDanger ? "lilypad-danger" : undefined} onClick={onChoose}>
      <Text>{text}</Text>
    </button>
  );
}
