/**
 * An upgrade's answer that names another object: a socket cannot be passed from object to object, so the Worker is sent
 * on. A thread sends on to one of its relays, a Presence shard to the shard that a user has moved to.
 */

/** "Misdirected Request" (RFC 9110, section 15.5.20): no client ever sees it. */
const MISDIRECTED = 421;
const HEADERS = { relay: "x-lilypad-relay", shard: "x-lilypad-shard" } as const;

type RedirectTarget = keyof typeof HEADERS;

/** An object's answer to an upgrade that another one is to take. */
export function redirectTo(target: RedirectTarget, number: number): Response {
  return new Response(null, { status: MISDIRECTED, headers: { [HEADERS[target]]: String(number) } });
}

/** The number of the relay or shard that an answer names, or undefined where it names none. */
export function redirectIn(target: RedirectTarget, response: Response): number | undefined {
  // By the header alone, which only objects set: an object of an older version answers with another status.
  const number = response.headers.get(HEADERS[target]);
  return number === null ? undefined : Number(number);
}
