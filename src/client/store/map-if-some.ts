/** The list with some of its items changed; the same list where none is, so that whoever compares by identity sees no change. */
export function mapIfSome<T>(
  list: readonly T[],
  isMeant: (item: T) => boolean,
  change: (item: T) => T,
): readonly T[] {
  return list.some(isMeant) ? list.map((item) => (isMeant(item) ? change(item) : item)) : list;
}
