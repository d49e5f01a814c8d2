/** A text with its web addresses made into links. Everything is a text node: nothing in it can be markup. */
import { piecesOf } from "./linkify.ts";

export function LinkedText({ text }: { text: string }) {
  return (
    <>
      {piecesOf(text).map(({ text: piece, href }) =>
        href === undefined ? (
          piece
        ) : (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {piece}
          </a>
        ),
      )}
    </>
  );
}
