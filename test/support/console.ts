/**
 * Checks what the server logs as an error or a warning. A test fails where something is logged that it does not expect,
 * and where something that it expects is not logged.
 */
import { afterAll, afterEach } from "vitest";

/** Errors that a test throws on purpose, or crashes an object with, begin with this word. */
const ON_PURPOSE = /\bexpected: /;

let expected: RegExp[] = [];
/** What one test expects may be logged late, when that test is over: it is allowed until the end of the file. */
let allowed: RegExp[] = [ON_PURPOSE];
let logged: string[] = [];

/** Expects each of these to be logged at least once in this test. They are not shown. */
export function expectLogged(...messages: RegExp[]): void {
  expected.push(...messages);
  mayLog(...messages);
}

/** Allows tests of this file to log any of these. They are not shown. */
export function mayLog(...messages: RegExp[]): void {
  allowed.push(...messages);
}

for (const level of ["error", "warn"] as const) {
  const log = console[level].bind(console);
  console[level] = (...values: unknown[]) => {
    const text = values.map(String).join(" ");
    logged.push(text);
    if (!allowed.some((message) => message.test(text))) log(...values);
  };
}

afterEach(() => {
  const unexpected = logged.filter((text) => !allowed.some((message) => message.test(text)));
  const missing = expected.filter((message) => !logged.some((text) => message.test(text)));
  [logged, expected] = [[], []];
  if (unexpected.length > 0) throw new Error(`logged without being expected:\n${unexpected.join("\n")}`);
  if (missing.length > 0) throw new Error(`expected to be logged: ${missing.join(" ")}`);
});

afterAll(() => {
  allowed = [ON_PURPOSE];
});
