/**
 * Finds out why Lilypad cannot be reached. A browser shows a refused upgrade and a blocked response as a lost network; but
 * `GET /api/health` may be read from every page, and says whether this one's origin is allowed.
 */

/** How long the answer may take. */
const TIMEOUT_MS = 10_000;
/** While nothing is reached, it is asked again after this time at the earliest. */
const INTERVAL_MS = 30_000;
const HEALTH = "/api/health";

export interface Finding {
  /** Whether Lilypad answers, and lets this page in: what fails then is no fault of the network. */
  isReachable: boolean;
  /** What the application that uses the client got wrong, in words for its developer; absent where nothing is known. */
  fault?: string;
}

const UNREACHABLE: Finding = { isReachable: false };

/** What is used of a browser, without its types: the published client is also compiled where there are none. */
interface Browser {
  document?: unknown;
  location: { origin: string };
}
const browser = globalThis as unknown as Browser;

export class Diagnosis {
  readonly #origin: string;
  /** Lilypad has answered once at this URL, so that it is the right one. */
  #wasReached = false;
  #finding: Promise<Finding> | undefined;
  #nextAt = -Infinity;
  #reported: string | undefined;

  /** `origin` is the URL of Lilypad, without a slash at the end. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Lilypad has answered. */
  reached(): void {
    this.#wasReached = true;
    this.#nextAt = -Infinity;
  }

  /** Looks why something failed, if it was not looked just now. Writes a fault to the console, each once. */
  find(): Promise<Finding> {
    if (this.#finding && performance.now() < this.#nextAt) return this.#finding;
    this.#nextAt = performance.now() + INTERVAL_MS;
    this.#finding = this.#look().then((finding) => {
      this.#report(finding.fault);
      return finding;
    });
    return this.#finding;
  }

  async #look(): Promise<Finding> {
    try {
      const response = await this.#fetch();
      const health = await response.json().catch(() => undefined);
      return this.#judge(response.status, health as { ok?: boolean; originAllowed?: boolean } | undefined);
    } catch {
      return this.#lookUnread();
    }
  }

  #judge(status: number, health: { ok?: boolean; originAllowed?: boolean } | undefined): Finding {
    if (health?.ok) {
      if (health.originAllowed !== false) return { isReachable: true };
      const fault = `This page's origin, ${browser.location.origin}, is not allowed at ${this.#origin}. Add it to ALLOWED_ORIGINS there.`;
      return { isReachable: false, fault };
    }
    // A server that fails may be Lilypad's, and so may one that was Lilypad before.
    if (status >= 500 || this.#wasReached) return UNREACHABLE;
    const fault = `${this.#origin} is not Lilypad: ${HEALTH} there answers ${status}. Check the \`url\` of createClient.`;
    return { isReachable: false, fault };
  }

  /** Whether something answers there that a page may not read, which is no lost network either. */
  async #lookUnread(): Promise<Finding> {
    // Without a page there is nothing that one may not read.
    if (!browser.document || this.#wasReached) return UNREACHABLE;
    try {
      await this.#fetch({ mode: "no-cors" });
    } catch {
      return UNREACHABLE;
    }
    const fault = `${this.#origin} answers, but lets this page read nothing. Check the \`url\` of createClient, and that ALLOWED_ORIGINS there has ${browser.location.origin}.`;
    return { isReachable: false, fault };
  }

  /** `init` is not typed as the platform's: not every one's has `mode`. */
  #fetch(init: object = {}): Promise<Response> {
    return fetch(this.#origin + HEALTH, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }

  #report(fault: string | undefined): void {
    if (fault === undefined || fault === this.#reported) return;
    this.#reported = fault;
    console.error(`Lilypad: ${fault}`);
  }
}
