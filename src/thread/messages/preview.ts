/** What notifications and thread lists show of a message. */
import { shorten } from "../../protocol/graphemes.ts";
import { PREVIEW_LENGTH } from "../../protocol/limits.ts";

/** A body on one line, shortened. It takes no longer for a long body: only the words that the preview has are read. */
export function previewOf(body: string): string {
  let line = "";
  for (const [word] of body.matchAll(/\S+/g)) {
    line += line === "" ? word : ` ${word}`;
    if (line.length > PREVIEW_LENGTH) break;
  }
  return shorten(line, PREVIEW_LENGTH);
}
