/** What a thread says of its settings to everyone who has it open. */
import { expect, it } from "vitest";
import { settingsTexts } from "../../../src/view/text/settings-text.ts";

it.each([
  [{}, []],
  [{ locked: false, whoPosts: "members", slowModeMs: 0 }, []],
  [{ slowModeMs: 1_000 }, ["slow mode: 1 second"]],
  [{ slowModeMs: 90_000 }, ["slow mode: 90 seconds"]],
  [{ slowModeMs: 300_000 }, ["slow mode: 5 minutes"]],
  [{ slowModeMs: 3_600_000, whoPosts: "moderators" }, ["only moderators write", "slow mode: 1 hour"]],
  [{ locked: true, whoPosts: "moderators", slowModeMs: 10_000 }, ["locked"]],
] as const)("of %o says %o", (settings, expected) => {
  expect(settingsTexts(settings)).toEqual(expected);
});
