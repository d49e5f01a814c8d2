/** Keeps a token until shortly before it ends: each request and each socket of a page takes one. */

/** A token that ends sooner than this is as good as ended: its socket renews it half a minute before. */
const LEAD_MS = 45_000;
/** Of a token whose end cannot be read. */
const DEFAULT_LIFETIME_MS = 60_000;

export class TokenCache {
  readonly #request: () => Promise<string>;
  #asked: Promise<string> | undefined;
  #goodUntil = -Infinity;
  #askedAt = -Infinity;

  constructor(request: () => Promise<string>) {
    this.#request = request;
  }

  /** How old the present token is, in milliseconds. */
  get age(): number {
    return performance.now() - this.#askedAt;
  }

  /** A token; whoever asks while one is on its way gets that. */
  get(): Promise<string> {
    if (this.#asked && performance.now() < this.#goodUntil) return this.#asked;
    // While it is on its way it is good.
    this.#goodUntil = Infinity;
    this.#askedAt = performance.now();
    const asked = this.#request();
    this.#asked = asked;
    void this.#received(asked);
    return asked;
  }

  async #received(asked: Promise<string>): Promise<void> {
    const token = await asked.catch(() => undefined);
    if (asked !== this.#asked) return;
    if (token === undefined) this.drop();
    else this.#goodUntil = performance.now() + lifetimeMs(token) - LEAD_MS;
  }

  /** The next one to ask gets a fresh token. */
  drop(): void {
    this.#asked = undefined;
  }
}

/** How long a token is still valid, by this computer's clock. */
function lifetimeMs(token: string): number {
  try {
    const [, claims = ""] = token.split(".");
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 - Date.now() : DEFAULT_LIFETIME_MS;
  } catch {
    return DEFAULT_LIFETIME_MS;
  }
}
