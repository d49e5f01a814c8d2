/**
 * Text that may change or go while the page is open. A browser that translates the page replaces text nodes by elements of its
 * own, and React would then change, or fail to remove, a node that is not there any more. So the element around the text is
 * replaced instead: its key is its text.
 */
import type { ReactElement } from "react";
import { withoutOverrides } from "../../view/text/bidi.ts";

/** A text of the components. */
export function Text({ children }: { children: string | number }): ReactElement {
  return <span key={children}>{children}</span>;
}

export interface UserTextProps {
  text: string;
  className?: string;
}

/** Text that a user wrote, such as a name: in its own direction, which does not affect the text around it. */
export function UserText({ text, className }: UserTextProps): ReactElement {
  const drawn = withoutOverrides(text);
  return (
    <bdi key={drawn} className={className}>
      {drawn}
    </bdi>
  );
}
