/**
 * Text that may change or go while the page is open. A browser that translates the page replaces text nodes by elements
 * of its own, and Preact would then change a node that nobody sees. So the element around the text is replaced instead:
 * its key is its text. The same for text that goes while its element stays, or while another of the same type comes: Preact
 * makes one of the other.
 */
import { withoutOverrides } from "../../view/text/bidi.ts";

/** The page's own text. */
export function Text({ children }: { children: string | number }) {
  return <span key={children}>{children}</span>;
}

export interface UserTextProps {
  text: string;
  /** The element. `bdi` where it is part of a line, else what has the line to itself. */
  as?: "bdi" | "span" | "b" | "p" | "h1" | "h2" | "h3";
  class?: string;
  title?: string;
}

/** Text that a user wrote, such as a name: in its own direction, which does not affect the text around it. */
export function UserText({ text, as: Element = "bdi", ...attributes }: UserTextProps) {
  const drawn = withoutOverrides(text);
  return (
    <Element key={drawn} dir="auto" {...attributes}>
      {drawn}
    </Element>
  );
}
