/** Builds the URLs of the contract. */

/** The path under `/api` that consists of these parts, each encoded. */
export function apiPath(...parts: readonly string[]): string {
  return ["/api", ...parts.map(encodeURIComponent)].join("/");
}

/** `?a=1&b=2` for the parameters that are not undefined; empty if there are none. */
export function queryString(parameters: Record<string, string | number | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
