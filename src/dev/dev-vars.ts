/** Development settings: `.dev.vars`, written with random secrets if it does not exist. */
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";

const FILE = ".dev.vars";
/** Readable by its owner alone: it has secrets. */
const MODE = 0o600;
/** Anyone may write to anyone, without being asked. */
const OPEN = 'CONTACT_POLICY="open"';

/** The values in `.dev.vars`, which is written first if it does not exist. */
export function devVars(): Record<string, string> {
  if (!existsSync(FILE)) writeFileSync(FILE, developmentValues(), { mode: MODE });
  // As it may have been copied, or written by hand.
  chmodSync(FILE, MODE);
  const values = parseEnv(readFileSync(FILE, "utf8")) as Record<string, string>;
  if (values["CONTACT_POLICY"] !== undefined) return values;
  // From before there was this setting: in development it goes on as it was.
  appendFileSync(FILE, `\n${OPEN}\n`);
  return { ...values, CONTACT_POLICY: "open" };
}

function developmentValues(): string {
  const secret = () => randomBytes(32).toString("base64url");
  return `# Development values, written by \`npm start\`. docs/configuration.md lists what can be set.
ENVIRONMENT="development"
GUEST_SIGN_IN="true"
${OPEN}
ALLOWED_ORIGINS="*"
AUTH_SECRET="${secret()}"
SESSION_SECRET="${secret()}"
SERVER_SECRET="${secret()}"
`;
}
