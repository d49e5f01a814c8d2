/** The host's own tokens, by which it acts as itself or as one of its users. Each is used for a minute. */
import { nowInSeconds, type TokenSigner } from "./sign-token.ts";

/** How long a token is valid, in seconds: less than the 5 minutes that Lilypad allows, as two clocks may differ. */
const VALID_SECONDS = 240;
/** For how long one is used. A token that is used again is verified faster. */
const USED_SECONDS = 60;
/** Users for whom a token is kept. */
const KEPT = 1_000;

interface Signed {
  token: Promise<string>;
  until: number;
}

export class ServerTokens {
  readonly #signer: TokenSigner;
  readonly #signed = new Map<string | undefined, Signed>();

  constructor(signer: TokenSigner) {
    this.#signer = signer;
  }

  /** A token of the host itself, or with a user's id one that acts as that user. */
  tokenFor(userId: string | undefined): Promise<string> {
    const now = nowInSeconds();
    const kept = this.#signed.get(userId);
    if (kept && kept.until > now) return kept.token;
    // `undefined` is left out of JSON, and must be: a `sub` that is there and empty is refused.
    const token = this.#signer.sign({ sub: userId, iat: now, exp: now + VALID_SECONDS });
    if (this.#signed.size >= KEPT) this.#signed.clear();
    this.#signed.set(userId, { token, until: now + USED_SECONDS });
    return token;
  }
}
