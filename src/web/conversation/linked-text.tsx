/** A text whose web addresses are links. It is rendered as text nodes only, so nothing in it can become markup. */
import { linkify } from "./linkify.ts";

export function LinkedText({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((segment) =>
        segment.href === undefined ? (
          segment.text
        ) : (
          <a href={segment.href} target="_blank" rel="noopener noreferrer nofollow">
            {segment.text}
          </a>
        ),
      )}
    </>
  );
}
