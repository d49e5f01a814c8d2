/** Formats lists of names. */
/**
 * At most `limit` names or counts: "Ada", "Ada and Ben", "Ada, Ben, and 3 others". `count`: of how many people, where `names`
 * may be the first ones alone, as long as those are `limit`.
 */
export function formatNames(names: readonly string[], limit: number, count = names.length): string {
  if (count <= limit) return new Intl.ListFormat("en").format(names.slice(0, limit));
  const shown = names.slice(0, limit - 1);
  const others = count - shown.length;
  return new Intl.ListFormat("en").format([...shown, `${others} others`]);
}
