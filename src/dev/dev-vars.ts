/** Development settings: `.dev.vars`, created from `.dev.vars.example` with random secrets if it does not exist. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** The values in `.dev.vars`, which is created first if it does not exist. */
export function devVars(): Record<string, string> {
  if (!existsSync(".dev.vars")) {
    const example = readFileSync(".dev.vars.example", "utf8");
    writeFileSync(
      ".dev.vars",
      example.replaceAll("{random}", () => randomBytes(32).toString("base64url")),
      { mode: 0o600 },
    );
  }
  return parseEnv(readFileSync(".dev.vars", "utf8")) as Record<string, string>;
}
