/** Formats lists of names. */
import { shorten } from "../../protocol/graphemes.ts";

/** At most `limit` names or counts: "Ada", "Ada and Ben", "Ada, Ben, and 3 others". */
export function formatNames(names: readonly string[], limit: number): string {
  if (names.length <= limit) return new Intl.ListFormat("en").format(names);
  const shown = names.slice(0, limit - 1);
  const others = names.length - shown.length;
  return new Intl.ListFormat("en").format([...shown, `${others} others`]);
}

/** As many names as fit, at most `limit`, and how many others there are. Where not even one fits, it is shortened. */
export function formatNamesWithin(names: readonly string[], limit: number, maxLength: number): string {
  for (let shown = limit; shown > 1; shown -= 1) {
    const list = formatNames(names, shown);
    if (list.length <= maxLength) return list;
  }
  const [first = "", ...others] = names;
  if (others.length === 0) return shorten(first, maxLength);
  const rest = ` and ${others.length} ${others.length === 1 ? "other" : "others"}`;
  return shorten(first, maxLength - rest.length) + rest;
}
