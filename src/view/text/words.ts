/** The words of what the page and other views show, in one language. */

export interface Words {
  /** The language in which names are listed and numbers are formatted: a BCP 47 tag. */
  locale: string;
  today: string;
  yesterday: string;
  /** The reader, as the author of a message. */
  you: string;
  /** The rest of a list of people. */
  others: (count: number) => string;
  /** Titles of threads that have no name. */
  directChat: string;
  publicChat: string;
  groupChat: string;
  /** In a list of threads. */
  noMessages: string;
  messageDeleted: string;
  /** What is said of a connection that is not open. */
  connecting: string;
  waiting: string;
  offline: string;
  signedOut: string;
  removed: string;
  deleted: string;
  replaced: string;
  stopped: string;
  /** Why the user may not write in a thread. */
  blockedPerson: string;
  locked: string;
  moderatorsPost: string;
  /** `when`: `inTime` or `atTime`. */
  timedOut: (when: string) => string;
  slowMode: (when: string) => string;
  inTime: (countdown: string) => string;
  atTime: (time: string) => string;
  /** What a thread's settings keep people from, beside how many are in it. */
  isLocked: string;
  isModeratorsOnly: string;
  isSlow: (seconds: number) => string;
}

export const ENGLISH: Words = {
  locale: "en",
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  others: (count) => `${count} others`,
  directChat: "Direct chat",
  publicChat: "Public chat",
  groupChat: "Group chat",
  noMessages: "No messages yet",
  messageDeleted: "Message deleted",
  connecting: "Connecting…",
  waiting: "No connection. Messages are sent once it is back.",
  offline: "You are offline. Messages wait until you are back.",
  signedOut: "Your session has ended.",
  removed: "You are no longer in this chat.",
  deleted: "This chat was deleted.",
  replaced: "This chat is open in too many other tabs.",
  stopped: "The server ended the connection. Reload the page to go on.",
  blockedPerson: "You have blocked this person.",
  locked: "This chat is locked. Only moderators can write.",
  moderatorsPost: "Only moderators can write here.",
  timedOut: (when) => `A moderator has stopped you from writing here. You can write again ${when}.`,
  slowMode: (when) => `Slow mode: you can write again ${when}.`,
  inTime: (countdown) => `in ${countdown}`,
  atTime: (time) => `on ${time}`,
  isLocked: "locked",
  isModeratorsOnly: "only moderators write",
  isSlow: (seconds) => `slow mode: ${durationText(seconds)}`,
};

/** In the largest unit in which it is a whole number. */
function durationText(seconds: number): string {
  const [count, unit] =
    seconds % 3600 === 0
      ? [seconds / 3600, "hour"]
      : seconds % 60 === 0
        ? [seconds / 60, "minute"]
        : [seconds, "second"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
