/** A query string with its `?`, of what is defined; empty where nothing is. */
export function queryString(parameters: object): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
