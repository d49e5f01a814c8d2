/** The texts of the components, which a host may replace by its own, in another language for instance. */
import { createContext, useContext } from "react";
import { WHO_MAY_WRITE } from "../view/contacts/privacy-text.ts";
import { changeTexts } from "../view/message-list/outgoing-changes.ts";
import { REPORT_REASONS, REPORTED } from "../view/moderation/report-texts.ts";
import type { RemovalKind } from "../view/removals/held-removals.ts";
import { removalText } from "../view/removals/removal-text.ts";
import { ENGLISH, type Words } from "../view/text/words.ts";
import type { OutgoingChange } from "../client/client.ts";
import { ENGLISH_MODERATION, type ModerationLabels } from "./moderation-labels.ts";

export interface Labels extends Words, ModerationLabels {
  loading: string;
  /** A thread that does not exist, or that the user is not in. */
  notFound: string;
  tryAgain: string;
  /** The name of the list of messages, for screen readers. */
  messages: string;
  empty: string;
  beginning: string;
  loadOlder: string;
  loadingOlder: string;
  loadingFailed: string;
  /** Where messages between two others are not loaded. */
  loadBetween: string;
  /** Above the first message that came unseen. */
  newMessages: string;
  newest: string;
  /** On the button that goes to the newest message. */
  newCount: (count: number) => string;
  edited: string;
  earlierMessage: string;
  inReplyTo: string;
  sending: string;
  notSent: string;
  /** A change that is not stored: while it waits, and when it has failed. */
  change: (type: OutgoingChange["type"], state: OutgoingChange["state"], emoji: string) => string;
  retry: string;
  discard: string;
  showMore: string;
  showLess: string;
  reactions: string;
  reactWith: (emoji: string) => string;
  actions: string;
  reply: string;
  /** In the menu of a message of another user. */
  report: string;
  /** Above the reasons, of which one is chosen: it is sent to the moderators as it reads. At least one, none twice. */
  reportReason: string;
  reportReasons: readonly string[];
  /** The name of a field: what else there is to say. */
  reportNote: string;
  reported: string;
  done: string;
  edit: string;
  erase: string;
  confirmErase: string;
  cancel: string;
  save: string;
  editMessage: string;
  /** The name of the composer's field, and its placeholder. */
  message: string;
  send: string;
  replyingTo: string;
  cancelReply: string;
  tooLong: string;
  length: (length: string, most: string) => string;
  /** Who is typing: at least one name. `list` is the names as a phrase. */
  typing: (list: string, count: number) => string;
  somebody: string;
  members: (count: number) => string;
  online: string;
  /** The name of the list of threads, for screen readers. */
  threads: string;
  noThreads: string;
  moreThreads: string;
  unread: (count: number) => string;
  /** In the place of a message of somebody whom the user has blocked, with a button that shows it. */
  fromBlocked: string;
  show: string;
  /** Above the invitations and message requests, and the name of that list. */
  requests: string;
  /** Below it: who can write to the user, and who has to ask. */
  whoMayWrite: string;
  /** Of a message request without a message. */
  wantsToWrite: string;
  invitedBy: (name: string) => string;
  accept: string;
  decline: string;
  block: string;
  /** The names of these buttons for screen readers: of which group, or of which person. */
  acceptRequest: (title: string) => string;
  declineRequest: (title: string) => string;
  blockPerson: (name: string) => string;
  /** The name of the part of a thread that asks whether the user accepts, and what it says. */
  messageRequest: string;
  requestMeaning: (name: string) => string;
  /** In the place of a group that the user is invited into. */
  invitation: string;
  invitationMeaning: (title: string, inviter: string | undefined, members: number) => string;
  /** What was declined or blocked just now, beside the button that takes it back. */
  canBeUndone: (what: readonly RemovalKind[]) => string;
  undo: string;
  /** Of a request that failed without words of the server. */
  requestFailed: string;
}

export const ENGLISH_LABELS: Labels = {
  ...ENGLISH,
  ...ENGLISH_MODERATION,
  loading: "Loading…",
  notFound: "This chat does not exist, or you are not in it.",
  tryAgain: "Try now",
  messages: "Messages",
  empty: "No messages yet. Say hello!",
  beginning: "This is where it began.",
  loadOlder: "Load older messages",
  loadingOlder: "Loading older messages…",
  loadingFailed: "Older messages could not be loaded.",
  loadBetween: "Load the messages between",
  newMessages: "New messages",
  newest: "Newest messages",
  newCount: (count) => (count === 1 ? "1 new message" : `${count > 99 ? "99+" : count} new messages`),
  edited: "(edited)",
  earlierMessage: "Earlier message",
  inReplyTo: "In reply to",
  sending: "Sending…",
  notSent: "Not sent",
  change: (type, state, emoji) => changeTexts(type, emoji)[state],
  retry: "Retry",
  discard: "Discard",
  showMore: "Show more",
  showLess: "Show less",
  reactions: "Reactions",
  reactWith: (emoji) => `React with ${emoji}`,
  actions: "Message actions",
  reply: "Reply",
  report: "Report…",
  reportReason: "Why do you report this message?",
  reportReasons: REPORT_REASONS,
  reportNote: "More about it (optional)",
  reported: REPORTED,
  done: "Done",
  edit: "Edit",
  erase: "Delete",
  confirmErase: "Delete this message for everyone?",
  cancel: "Cancel",
  save: "Save",
  editMessage: "Edit message",
  message: "Message",
  send: "Send",
  replyingTo: "Replying to",
  cancelReply: "Cancel reply",
  tooLong: "Too long.",
  length: (length, most) => `${length} of ${most} characters`,
  typing: (list, count) => `${list} ${count === 1 ? "is" : "are"} typing…`,
  somebody: "Somebody",
  members: (count) => `${count} ${count === 1 ? "member" : "members"}`,
  online: "online",
  threads: "Chats",
  noThreads: "No chats yet.",
  moreThreads: "Show more",
  unread: (count) => `${count} unread`,
  fromBlocked: "From somebody you blocked.",
  show: "Show",
  requests: "Requests",
  whoMayWrite: WHO_MAY_WRITE,
  wantsToWrite: "Wants to write to you",
  invitedBy: (name) => `Invited by ${name}`,
  accept: "Accept",
  decline: "Decline",
  block: "Block",
  acceptRequest: (title) => `Accept: ${title}`,
  declineRequest: (title) => `Decline: ${title}`,
  blockPerson: (name) => `Block ${name}`,
  messageRequest: "Message request",
  requestMeaning: (name) =>
    `${name} is not among your contacts. They do not see that you read this. If you answer, you accept.`,
  invitation: "Invitation",
  invitationMeaning: (title, inviter, members) =>
    `${inviter === undefined ? "You are invited" : `${inviter} invites you`} to ${title}, with ${members} ${members === 1 ? "member" : "members"}.`,
  canBeUndone: removalText,
  undo: "Undo",
  requestFailed: "Something went wrong. Try again.",
};

export const LabelsContext = createContext<Labels>(ENGLISH_LABELS);

export function useLabels(): Labels {
  return useContext(LabelsContext);
}
