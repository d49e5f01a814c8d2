/**
 * What the server logs as an error or a warning. A test in which something else is logged than it expects fails, and so
 * does one in which what it expects is not.
 */
import { afterAll, afterEach } from "vitest";

/** With this word begins what a test itself throws, or crashes an object with. */
const ON_PURPOSE = /\bexpected: /;

let expected: RegExp[] = [];
/** What a file expects once may come late, when its test is over: it is allowed until the end of the file. */
let allowed: RegExp[] = [ON_PURPOSE];
let logged: string[] = [];

/** This test makes the server log each of these at least once. They are not shown. */
export function expectLogged(...messages: RegExp[]): void {
  expected.push(...messages);
  mayLog(...messages);
}

/** Tests of this file may make the server log any of these: chance decides. They are not shown. */
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
