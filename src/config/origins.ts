/** Normalises origins and hosts to the form in which browsers have them. */

const OTHER_SCHEME = /^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+(?=\/?$)/;

/** The origin that is meant, or undefined where it is none: it has a path, or no scheme. */
export function originFrom(entry: string): string | undefined {
  if (!URL.canParse(entry)) return undefined;
  const { origin, href } = new URL(entry);
  if (origin !== "null") return href === `${origin}/` ? origin : undefined;
  // URL parsers give no origin for an app's or an extension's own scheme: `capacitor://localhost`.
  return OTHER_SCHEME.exec(entry.toLowerCase())?.[0];
}

/** The host that is meant, with its port, or `*.` before it for all below it; undefined where it is none. */
export function hostFrom(entry: string): string | undefined {
  const [, wildcard = "", host = ""] = /^(\*\.)?(.*)$/.exec(entry) ?? [];
  const address = `https://${host}`;
  if (!/^[^/?#@\s*;,]+$/.test(host) || !URL.canParse(address)) return undefined;
  return wildcard + new URL(address).host;
}
