/** Finds the web and mail addresses in a text. Pure. */

/**
 * A character of an address: what ASCII allows, and the letters, marks and digits of all scripts. Other punctuation, symbols
 * and invisible characters end it: a sentence of a script without spaces goes on with them.
 */
const CHARACTER = String.raw`[!#-;=?-_a-~\p{L}\p{M}\p{N}\p{Pc}·・]`;
/** After one of these an address begins anew, as in "https://a.example,https://b.example". */
const JOINT = String.raw`[,;|()[\]{}'!*](?:https?://|www\.)`;
const LOCAL_PART = String.raw`[\w.!#$%&'*+/=?^\x60{|}~-]`;
const LABEL = String.raw`[\p{L}\p{M}\p{N}-]+`;
/** The end of a host's name: in one script, so that letters which follow it without a space are no part of it. */
const TOP_LEVEL = String.raw`(?:[a-z][a-z\d-]*[a-z\d]|(?:(?!\p{ASCII})[\p{L}\p{M}]){2,})`;

const MAIL = String.raw`(?:mailto:)?(?<!${LOCAL_PART})${LOCAL_PART}+@(?:${LABEL}\.)+${TOP_LEVEL}`;
const WEB = String.raw`(?:https?://|(?<![\p{Script=Latin}\p{Nd}@./:_-])www\.(?=${LABEL}\.${LABEL}))(?:(?!${JOINT})${CHARACTER})+`;
const ADDRESS = new RegExp(`(?<mail>${MAIL})|${WEB}`, "giu");

/** An ASCII host, and letters that follow it without a space: no top-level domain has both. */
const HOST_IN_SENTENCE = /^((?:[A-Za-z]+:\/\/)?(?:(?![/?#])\p{ASCII})*\.[A-Za-z][A-Za-z\d-]*)\P{ASCII}+$/u;
const SCHEME = /^https?:/iu;
/** From the scheme to where the path, the query or the fragment begins, as URL parsers read it. */
const AUTHORITY = /^(?:https?:)?[/\\]*[^/\\?#]*/iu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** At the end of an address, these belong to the sentence around it; brackets, unless the address opens them. */
const TRAILING_PUNCTUATION = new Set(".,;:!?'\")]}");
const OPENING_BRACKETS: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);

export interface LinkTarget {
  href: string;
  /** The address to draw: the host as it is looked up, so that no other can look like it, and nothing invisible. */
  shown: string;
  /** What stands before the host, `paypal.com` in `https://paypal.com@evil.example`. It may look like a host. */
  userInfo?: string;
}

export interface TextSegment {
  text: string;
  /** Set where the segment is an address. */
  link?: LinkTarget;
}

/** Splits a text into addresses and what is between them. The segments' texts add up to the text. */
export function linkify(text: string): TextSegment[] {
  const segments: TextSegment[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const isMail = match.groups?.["mail"] !== undefined;
    const address = isMail ? match[0] : withoutSentence(match[0]);
    const link = isMail ? mailLink(address) : webLink(address);
    if (!link) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: address, link });
    end = match.index + address.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

function withoutSentence(match: string): string {
  const address = withoutTrailingPunctuation(match);
  return HOST_IN_SENTENCE.exec(address)?.[1] ?? address;
}

/** Keeps a closing bracket that the address itself opens, as in `https://example.com/Pond_(water)`. */
function withoutTrailingPunctuation(address: string): string {
  const surplus = new Map<string, number>();
  for (const [closing, opening] of OPENING_BRACKETS) {
    surplus.set(closing, address.split(closing).length - address.split(opening).length);
  }
  // A loop: a pattern that ends in `$` takes quadratic time on an address full of dots.
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    if (!TRAILING_PUNCTUATION.has(last)) break;
    const unopened = surplus.get(last);
    if (unopened === undefined) continue;
    if (unopened <= 0) break;
    surplus.set(last, unopened - 1);
  }
  return address.slice(0, end);
}

function webLink(address: string): LinkTarget | undefined {
  const hasScheme = SCHEME.test(address);
  const url = parseUrl(hasScheme ? address : `https://${address}`);
  if (!url) return undefined;
  const scheme = hasScheme ? `${url.protocol}//` : "";
  const rest = address.replace(AUTHORITY, "").replaceAll(INVISIBLE, encodeURIComponent);
  const userInfo = [url.username, url.password].filter(Boolean).join(":");
  return { href: url.href, shown: scheme + url.host + rest, ...(userInfo !== "" && { userInfo }) };
}

function mailLink(address: string): LinkTarget | undefined {
  const at = address.lastIndexOf("@");
  const host = parseUrl(`https://${address.slice(at + 1)}`)?.host;
  if (host === undefined) return undefined;
  const mailbox = `${address.slice(0, at).replace(/^mailto:/iu, "")}@${host}`;
  return { href: `mailto:${encodeURI(mailbox)}`, shown: mailbox };
}

/** Not by `URL.parse`, which browsers from before the middle of 2024 lack: one message with a link would end the page. */
function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
