/** Asks the page's own server for a token of its signed-in user. */
import { MISCONFIGURED, type Problem } from "./problem.ts";

/** How long an answer may take. */
const TIMEOUT_MS = 15_000;
/** What a JWT consists of. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** No token came. It is `final` where asking again by itself cannot help. */
export class TokenProblem extends Error {
  readonly problem: Problem;
  readonly isFinal: boolean;

  constructor(problem: Problem, isFinal: boolean) {
    super(problem.message);
    this.problem = problem;
    this.isFinal = isFinal;
  }
}

/**
 * A token by `POST url`, with the page's cookies. The answer is JSON `{ "token": "…" }`, or the token as text. Rejects with
 * a `TokenProblem`. The URL must be of the page's own origin, and redirects are not followed: whoever holds the token is
 * the user.
 */
export async function requestToken(url: string): Promise<string> {
  const address = URL.canParse(url, document.baseURI) ? new URL(url, document.baseURI) : undefined;
  if (address?.origin !== location.origin)
    throw misconfigured(`token-url is ${url}, and not an address of this page's own site.`);
  const response = await ask(address);
  if (response.type === "opaqueredirect")
    throw misconfigured(`${address.pathname} redirects instead of answering with a token.`);
  if (response.status === 401 || response.status === 403)
    throw new TokenProblem({ code: "unauthenticated", message: "Sign in to this site to chat." }, true);
  if (response.status >= 500 || response.status === 429)
    throw new TokenProblem(
      { code: "unavailable", message: "This site cannot sign you in to the chat at the moment." },
      false,
    );
  if (!response.ok) throw misconfigured(`${address.pathname} answers ${response.status} instead of a token.`);
  return tokenIn(response, address);
}

async function ask(address: URL): Promise<Response> {
  try {
    return await fetch(address, {
      method: "POST",
      redirect: "manual",
      credentials: "same-origin",
      cache: "no-store",
      headers: { accept: "application/json, text/plain" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new TokenProblem({ code: "offline", message: "This site cannot be reached." }, false);
  }
}

async function tokenIn(response: Response, { pathname }: URL): Promise<string> {
  const text = (await response.text().catch(() => "")).trim();
  const type = response.headers.get("content-type") ?? "";
  const token = type.includes("json") ? tokenOf(text) : text;
  if (token !== undefined && JWT.test(token)) return token;
  // Never the text itself, which may be a secret.
  const given = type.includes("html")
    ? "a page"
    : type.includes("json")
      ? "JSON without a token"
      : "no token";
  throw misconfigured(`${pathname} answers with ${given} instead of { "token": … }.`);
}

function tokenOf(json: string): string | undefined {
  try {
    const { token } = JSON.parse(json) as { token?: unknown };
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}

function misconfigured(message: string): TokenProblem {
  return new TokenProblem({ code: MISCONFIGURED, message }, true);
}
