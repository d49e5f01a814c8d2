/** JWTs (RFC 7519), signed with HS256 by Web Crypto. */

const HEADER = base64Url(JSON.stringify({ alg: "HS256", typ: "JWT" }));

/** Signs claims with a secret: its text as UTF-8, or its bytes. */
export class TokenSigner {
  readonly #key: Promise<CryptoKey>;

  /** `name` is what the secret is called in the error for one that is too short. */
  constructor(secret: string | Uint8Array<ArrayBuffer>, name: string) {
    const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
    if (bytes.length < 32) throw new TypeError(`${name} is shorter than 32 bytes`);
    this.#key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  async sign(claims: object): Promise<string> {
    const signed = `${HEADER}.${base64Url(JSON.stringify(claims))}`;
    const signature = await crypto.subtle.sign("HMAC", await this.#key, new TextEncoder().encode(signed));
    return `${signed}.${base64Url(new Uint8Array(signature))}`;
  }
}

function base64Url(value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Now, as JWTs have it: whole seconds since the Unix epoch. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
