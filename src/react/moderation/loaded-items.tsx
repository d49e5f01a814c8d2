/** A list that is loaded when it is shown: that it loads, that it is empty, or why it could not be loaded. */
import type { ReactElement, ReactNode } from "react";
import { useLabels } from "../labels.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";

export interface LoadedItemsProps<T> {
  label: string;
  /** Undefined until they are loaded. */
  items: readonly T[] | undefined;
  error: string | undefined;
  /** What is said where there are none. */
  empty: string;
  keyOf: (item: T) => string | number;
  children: (item: T) => ReactNode;
  /** Below the list. */
  more?: ReactNode;
}

export function LoadedItems<T>(props: LoadedItemsProps<T>): ReactElement {
  const { label, items, error, empty, keyOf, children, more } = props;
  const labels = useLabels();
  return (
    // It takes the focus over from a button that goes with its item.
    <section className="lilypad lilypad-items" aria-label={label} tabIndex={-1}>
      {items === undefined && error === undefined && (
        <p className="lilypad-quiet" role="status">
          <Text>{labels.loading}</Text>
        </p>
      )}
      {items?.length === 0 && (
        <p className="lilypad-quiet" role="status">
          <Text>{empty}</Text>
        </p>
      )}
      <ErrorMessage text={error} />
      {items !== undefined && items.length > 0 && (
        <ul>
          {items.map((item) => (
            <li key={keyOf(item)}>{children(item)}</li>
          ))}
        </ul>
      )}
      {more}
    </section>
  );
}
