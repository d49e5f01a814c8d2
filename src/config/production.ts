/** What a deployment in production is refused for: settings that work, and give away what they are to protect. */
import { weaknessOf } from "./secret-strength.ts";

/** The settings concerned, as they were given. */
interface Given {
  AUTH_SECRET?: string | undefined;
  AUTH_SECRET_PREVIOUS?: string | undefined;
  SESSION_SECRET: string;
  SESSION_SECRET_PREVIOUS?: string | undefined;
  ADMIN_SECRET?: string | undefined;
  WEBHOOK_SECRET?: string | undefined;
  SERVER_SECRET?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ISSUER?: string | undefined;
  AUTH_AUDIENCE?: string | undefined;
  SIGN_IN_URL?: string | undefined;
}

const SECRETS = [
  "AUTH_SECRET",
  "AUTH_SECRET_PREVIOUS",
  "SESSION_SECRET",
  "SESSION_SECRET_PREVIOUS",
  "ADMIN_SECRET",
  "WEBHOOK_SECRET",
  "SERVER_SECRET",
] as const;

const NEW_SECRET = "set another, such as `openssl rand -base64 48` prints";

/** Each fault as what is wrong and what to do, never with a value. */
export function productionFaults(given: Given): string[] {
  return [...secretFaults(given), ...keySetFaults(given), ...signInFaults(given)];
}

/** In development too: whoever can sign users' tokens or cookies is not to act as the host. */
export function serverSecretFaults(given: Given): string[] {
  return equalFaults("SERVER_SECRET", given);
}

function secretFaults(given: Given): string[] {
  const names = SECRETS.filter((name) => given[name] !== undefined);
  const equal = names.flatMap((name) => equalFaults(name, given));
  const weak = names.flatMap((name) => {
    // The words of receivers.ts say what it is made of.
    if (name === "WEBHOOK_SECRET") return [];
    const weakness = weaknessOf(given[name] ?? "");
    return weakness === undefined ? [] : [`${name} ${weakness}: ${NEW_SECRET}`];
  });
  return [...equal, ...weak];
}

/** That a secret is the same as one of those before it. */
function equalFaults(name: (typeof SECRETS)[number], given: Given): string[] {
  if (given[name] === undefined) return [];
  // A secret that is about to be rotated is the one before, too.
  const others = SECRETS.slice(0, SECRETS.indexOf(name)).filter((other) => name !== `${other}_PREVIOUS`);
  const other = others.find((each) => given[each] === given[name]);
  return other === undefined ? [] : [`${name} is the same as ${other}: ${NEW_SECRET}`];
}

/** A provider signs for many applications, and perhaps with the same keys for other issuers. */
function keySetFaults({ AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE }: Given): string[] {
  if (AUTH_JWKS_URL === undefined) return [];
  const faults = [];
  if (!/^https:/i.test(AUTH_JWKS_URL)) faults.push("AUTH_JWKS_URL is not https: set the https address");
  if (AUTH_ISSUER === undefined)
    faults.push("AUTH_ISSUER is missing: set the iss of your tokens, or * to accept those of any issuer");
  if (AUTH_AUDIENCE === undefined)
    faults.push(
      "AUTH_AUDIENCE is missing: set the aud of tokens for Lilypad, or * to accept those for any application",
    );
  return faults;
}

/** Over plain http, others on the way could read the token that the page brings back, or replace it. */
function signInFaults({ SIGN_IN_URL }: Given): string[] {
  if (SIGN_IN_URL === undefined || /^https:/i.test(SIGN_IN_URL)) return [];
  return ["SIGN_IN_URL is not https: set the https address"];
}
