/** The texts of a thread's moderation, and of what is known about it. */
import type { AuditEntry } from "../protocol/moderation.ts";
import type { Role } from "../protocol/model.ts";
import { auditText } from "../view/moderation/audit-text.ts";
import {
  BANS,
  LINK_LIFETIMES,
  LINK_USE_CHOICES,
  PURGES,
  SLOW_MODES,
  TIMEOUTS,
  type Choice,
} from "../view/moderation/durations.ts";
import { RESOLUTION_CHOICES, type ResolutionChoice } from "../view/moderation/resolution-choices.ts";
import { formatDateTime } from "../view/text/time-format.ts";

export interface ModerationLabels {
  /** The dialog about a thread, and the button that opens it: its name for screen readers has the thread's title. */
  details: string;
  detailsOf: (title: string) => string;
  close: string;
  /** A member's role, beside their name. */
  roles: Readonly<Record<Role, string>>;
  here: string;
  isBlocked: string;
  timedOutUntil: (at: number) => string;
  /** Beside the user's own name. */
  isYou: string;
  /** The menu of a member. */
  memberActions: (name: string) => string;
  makeRole: Readonly<Record<Exclude<Role, "owner">, string>>;
  unblock: string;
  unblockPerson: (name: string) => string;
  /** The name of the list of those whom the user has blocked, and what it says where it is empty. */
  blockedPeople: string;
  nobodyBlocked: string;
  /** In a direct thread, below the button that blocks, and once the other is blocked. */
  blockMeaning: string;
  blockedMeaning: string;
  hide: string;
  leave: string;
  confirmLeave: string;
  deleteThread: string;
  confirmDeleteThread: string;
  remove: string;
  confirmRemove: (name: string) => string;
  /** A timeout: in the menus of a message and of a member, as a question, and what follows from it. */
  timeOutAuthor: string;
  timeOutMember: string;
  endTimeout: string;
  confirmTimeout: (name: string) => string;
  timeoutMeaning: string;
  timeOut: string;
  forHowLong: string;
  timeouts: readonly Choice<number>[];
  /** The same of a ban. */
  banAuthor: string;
  banMember: string;
  confirmBan: (name: string) => string;
  banMeaning: string;
  ban: string;
  bans: readonly Choice<number | null>[];
  deleteTheirMessages: string;
  /** How much of what they wrote is deleted, in seconds. */
  purges: readonly Choice<number>[];
  banReason: string;
  /** The settings of a thread. */
  settings: string;
  topic: string;
  slowModeSetting: string;
  slowModes: readonly Choice<number>[];
  /** A pause that is none of `slowModes`. */
  seconds: (count: number) => string;
  onlyModeratorsWrite: string;
  lockedSetting: string;
  /** What moderators look at: the name of each list, and what it says where it is empty. */
  moderation: string;
  reports: string;
  /** With how many are open. */
  openReports: (count: number) => string;
  noReports: string;
  resolutions: readonly ResolutionChoice[];
  /** The name of such a button, for screen readers. */
  resolutionOf: (resolution: string, name: string) => string;
  bannedPeople: string;
  nobodyBanned: string;
  /** Also of a link. */
  bannedUntil: (at: number) => string;
  bannedSince: (at: number) => string;
  liftBan: string;
  liftBanOf: (name: string) => string;
  invitations: string;
  nobodyInvited: string;
  withdraw: string;
  withdrawFrom: (name: string) => string;
  invitationLinks: string;
  noLinks: string;
  linkValidFor: string;
  /** Milliseconds; null for no end. */
  linkLifetimes: readonly Choice<number | null>[];
  linkFor: string;
  /** How many people a link lets in; null for any number. */
  linkUses: readonly Choice<number | null>[];
  createLink: string;
  /** Above the link, which is shown this once. */
  copyNow: string;
  copy: string;
  copied: string;
  linkUsed: (no: number, used: number, uses: number | undefined) => string;
  linkSince: (at: number) => string;
  revoke: string;
  revokeLink: (no: number) => string;
  auditLog: string;
  noAudit: string;
  /** What an entry says: who did what to whom. */
  auditEntry: (entry: AuditEntry) => string;
  showMoreEntries: string;
}

export const ENGLISH_MODERATION: ModerationLabels = {
  details: "Details",
  detailsOf: (title) => `${title}: details`,
  close: "Close",
  roles: { owner: "Owner", moderator: "Moderator", member: "Member" },
  here: "here",
  isBlocked: "blocked",
  timedOutUntil: (at) => `timed out until ${formatDateTime(at)}`,
  isYou: "(you)",
  memberActions: (name) => `Actions for ${name}`,
  makeRole: { moderator: "Make moderator", member: "Make member" },
  unblock: "Unblock",
  unblockPerson: (name) => `Unblock ${name}`,
  blockedPeople: "Blocked people",
  nobodyBlocked: "You have blocked nobody.",
  blockMeaning: "Who is blocked cannot write to you or invite you, and is not notified of it.",
  blockedMeaning: "Neither of you can write here, or see whether the other is online.",
  hide: "Hide chat until the next message",
  leave: "Leave chat",
  confirmLeave: "Leave this chat? You will not get its messages any more.",
  deleteThread: "Delete chat",
  confirmDeleteThread: "Delete this chat for everyone? All its messages are deleted. This cannot be undone.",
  remove: "Remove",
  confirmRemove: (name) => `Remove ${name}? They will not get the messages of this chat any more.`,
  timeOutAuthor: "Time out author…",
  timeOutMember: "Time out…",
  endTimeout: "End timeout",
  confirmTimeout: (name) => `Time out ${name}?`,
  timeoutMeaning: "They go on reading, and cannot write, react or type until then. You can end it earlier.",
  timeOut: "Time out",
  forHowLong: "For how long",
  timeouts: TIMEOUTS,
  banAuthor: "Ban author…",
  banMember: "Ban…",
  confirmBan: (name) => `Ban ${name}?`,
  banMeaning:
    "They are removed, and the chat does not exist for them until then. What is deleted does not come back.",
  ban: "Ban",
  bans: BANS,
  deleteTheirMessages: "Delete their messages",
  purges: PURGES,
  banReason: "Reason (optional, for moderators)",
  settings: "Settings",
  topic: "Topic",
  slowModeSetting: "Slow mode",
  slowModes: SLOW_MODES,
  seconds: (count) => `${count} seconds`,
  onlyModeratorsWrite: "Only moderators write",
  lockedSetting: "Locked: only moderators write, react and edit",
  moderation: "Moderation",
  reports: "Reports",
  openReports: (count) => `Reports (${count})`,
  noReports: "Nothing to look at.",
  resolutions: RESOLUTION_CHOICES,
  resolutionOf: (resolution, name) => `${resolution}: ${name}`,
  bannedPeople: "Banned people",
  nobodyBanned: "Nobody is banned.",
  bannedUntil: (at) => `Until ${formatDateTime(at)}`,
  bannedSince: (at) => `For good, since ${formatDateTime(at)}`,
  liftBan: "Lift ban",
  liftBanOf: (name) => `Lift ban of ${name}`,
  invitations: "Pending invitations",
  nobodyInvited: "Nobody is invited.",
  withdraw: "Withdraw",
  withdrawFrom: (name) => `Withdraw the invitation of ${name}`,
  invitationLinks: "Invitation links",
  noLinks: "No link is in use.",
  linkValidFor: "Valid for",
  linkLifetimes: LINK_LIFETIMES,
  linkFor: "For how many people",
  linkUses: LINK_USE_CHOICES,
  createLink: "Create link",
  copyNow: "Copy it now: it is not shown again",
  copy: "Copy",
  copied: "Copied",
  linkUsed: (no, used, uses) =>
    `Link ${no}: used ${used} ${used === 1 ? "time" : "times"}${uses === undefined ? "" : ` of ${uses}`}`,
  linkSince: (at) => `Since ${formatDateTime(at)}`,
  revoke: "Revoke",
  revokeLink: (no) => `Revoke link ${no}`,
  auditLog: "What was done here",
  noAudit: "Nothing yet.",
  auditEntry: (entry) => auditText(entry),
  showMoreEntries: "Show more",
};
