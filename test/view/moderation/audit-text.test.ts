/** What the log of a thread says to its owners. */
import { expect, it } from "vitest";
import { auditAction, type AuditEntry } from "../../../src/protocol/moderation.ts";
import { auditText } from "../../../src/view/moderation/audit-text.ts";

const ada = { id: "ada", name: "Ada" };
const bob = { id: "bob", name: "Bob" };
const until = Date.UTC(2026, 0, 15, 12);

/** Without the characters that keep names apart from the text around them. */
function text(entry: Omit<AuditEntry, "no" | "at">): string {
  return auditText({ no: 1, at: 0, ...entry }, "en").replaceAll(/[\u2066-\u2069]/g, "");
}

it.each([
  [{ action: "member.timeout", detail: { timeoutUntil: until } }, /^Ada timed out Bob until Jan 15, 2026/],
  [{ action: "member.timeout", detail: { timeoutUntil: null } }, /^Ada ended the timeout of Bob$/],
  [{ action: "ban.set", detail: { until, reason: "Spam" } }, /^Ada banned Bob until Jan 15, 2026.*: Spam$/],
  [{ action: "ban.set" }, /^Ada banned Bob$/],
  [{ action: "member.role", detail: { role: "owner", before: "member" } }, /^Ada made Bob an owner$/],
  [
    { action: "thread.updated", detail: { slowModeMs: 0, locked: true } },
    /^Ada changed slow mode, the lock$/,
  ],
] as const)("says %o", (entry, expected) => {
  expect(text({ by: ada, target: bob, ...entry })).toMatch(expected);
});

it("has words for every act, of people and of the host", () => {
  const texts = auditAction.options.map((action) => text({ by: "host", target: bob, action }));
  expect(texts.every((one) => /^(The host|Bob) /.test(one))).toBe(true);
  expect(new Set(texts).size).toBe(texts.length);
});
