/** Formats lists of names. */

/** At most `limit` names or counts: "Ada", "Ada and Ben", "Ada, Ben, and 3 others". */
export function formatNames(names: readonly string[], limit: number): string {
  if (names.length <= limit) return new Intl.ListFormat("en").format(names);
  const shown = names.slice(0, limit - 1);
  const others = names.length - shown.length;
  return new Intl.ListFormat("en").format([...shown, `${others} others`]);
}
