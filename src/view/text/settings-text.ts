/** What is said of a thread whose settings keep people from writing, to everyone who has it open. Pure. */
import type { ThreadInfo } from "../../protocol/model.ts";
import { ENGLISH, type Words } from "./words.ts";

export type SettingsWords = Pick<Words, "isLocked" | "isModeratorsOnly" | "isSlow">;

/** One short text each; none where everyone writes as they like. */
export function settingsTexts(
  { locked, whoPosts, slowModeMs = 0 }: Pick<ThreadInfo, "locked" | "whoPosts" | "slowModeMs">,
  words: SettingsWords = ENGLISH,
): string[] {
  // Where it is locked, the rest changes nothing.
  if (locked === true) return [words.isLocked];
  return [
    ...(whoPosts === "moderators" ? [words.isModeratorsOnly] : []),
    ...(slowModeMs > 0 ? [words.isSlow(slowModeMs / 1000)] : []),
  ];
}
