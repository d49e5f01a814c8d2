/** The entities that requests, answers and events are made of, with their names in the documents. */
import * as chats from "../protocol/first-front-end.ts";
import * as http from "../protocol/http.ts";
import * as hostBans from "../protocol/host-bans.ts";
import * as links from "../protocol/links.ts";
import * as model from "../protocol/model.ts";
import * as moderation from "../protocol/moderation.ts";
import * as reports from "../protocol/reports.ts";
import type { NamedSchema } from "./json-schemas.ts";

const entity = (name: string, schema: NamedSchema["schema"], description: string): NamedSchema => ({
  name,
  schema,
  description,
});

/** In both documents. */
export const entities: readonly NamedSchema[] = [
  entity("User", model.user, "A person, as the host application named them."),
  entity("Kind", model.kind, "What kind of thread it is."),
  entity("Role", model.role, "What a member may do in a group or a public thread."),
  entity("WhoPosts", model.whoPosts, "Who sends messages in a group or a public thread."),
  entity("Member", model.member, "One who belongs to a thread."),
  entity("Thread", model.thread, "A thread as its reader sees it; `you` where the reader is a member."),
  entity("LastMessage", model.lastMessage, "The newest message, shortened. With `deletedAt` it was deleted."),
  entity("ThreadSummary", model.threadSummary, "A thread in its member's list."),
  entity("Reaction", model.reaction, "One emoji on a message: how many chose it, and the first of them."),
  entity("Message", model.message, "A message. With `deletedAt` it is a tombstone: no body, no reactions."),
  entity("Status", model.status, "Whether a user has a tab open."),
  entity("ErrorCode", model.errorCode, "What went wrong, for programs."),
  entity("Issue", model.issue, "One complaint about the input: where, and what."),
];

/** On sockets alone. */
export const socketEntities: readonly NamedSchema[] = [
  entity("ThreadInfo", model.threadInfo, "What a thread is, without its state."),
  entity(
    "ClientLimits",
    model.clientLimits,
    "The limits that a client is held to; `burst` and `per10s` 0: none.",
  ),
];

/** Bodies and answers of HTTP. */
export const bodies: readonly NamedSchema[] = [
  entity("Problem", http.problemDetails, "What every refused request is answered with (RFC 9457)."),
  entity("Health", http.health, "That Lilypad is here."),
  entity("GuestSignIn", http.guestSignIn, "A guest signs in by a name."),
  entity("Session", http.session, "Who is signed in, and until when."),
  entity("SignInOptions", http.signInOptions, "How a person can sign in on the page."),
  entity("CreateThread", http.createThread, "A thread to be made."),
  entity(
    "PutThread",
    http.putThread,
    "What the thread of a key is to be: what is absent stays, `null` removes.",
  ),
  entity("PatchThread", http.patchThread, "What changes of a thread; `null` removes."),
  entity("ThreadPage", http.threadPage, "A part of the list, and the cursor of the next one."),
  entity(
    "PutMember",
    http.putMember,
    "The member's role, absent it stays, or is `member`; and until when they may not write, `null` for no longer.",
  ),
  entity("InvitedState", http.invitedState, "Somebody was not added but invited."),
  entity("InvitationList", http.invitationList, "The pending invitations into a thread."),
  entity("MemberPage", http.memberPage, "A part of the members, and the cursor of the next one."),
  entity("PostMessage", http.postMessage, "A message to be sent. With an `id` it may be sent again."),
  entity("PatchMessage", http.patchMessage, "The message's new text."),
  entity("MessagePage", http.messagePage, "Messages ascending by `seq`, and whether there are others."),
  entity("PutRead", http.putRead, "The newest message that was read."),
  entity("ReadState", http.readState, "The reader's marker, and how many messages are beyond it."),
  entity("PutBan", moderation.putBan, "Until when, why, and how far back what they wrote is deleted."),
  entity("Ban", moderation.ban, "A ban from a thread. Without `until` it does not end."),
  entity("BanPage", moderation.banPage, "A part of a thread's bans, and the cursor of the next one."),
  entity("AuditAction", moderation.auditAction, "What was done."),
  entity("AuditEntry", moderation.auditEntry, "One act: when, by whom, and to whom."),
  entity("AuditPage", moderation.auditPage, "A part of the audit log, newest act first."),
  entity("HostUser", http.hostUser, "A user as the host sees them."),
  entity("ShownUser", http.shownUser, "A user, as a user sees them or as the host does."),
  entity("PutUser", http.putUser, "What the host says of a user."),
  entity("RevokeUser", http.revokeUser, "From before when; by default the next whole second."),
  entity("PutHostBan", hostBans.putHostBan, "Until when, for good if absent; and why."),
  entity("HostBan", hostBans.hostBan, "A ban of the host's, from everything."),
  entity("HostBanPage", hostBans.hostBanPage, "A part of the host's bans, and the cursor of the next one."),
  entity(
    "PostLink",
    links.postLink,
    "Until when a link is valid, and how often; else for good, and for any number.",
  ),
  entity("Link", links.link, "An invitation link."),
  entity("NewLink", links.newLink, "A link that was just made, with its code."),
  entity("LinkList", links.linkList, "A thread's links."),
  entity("PostReport", reports.postReport, "Why a message is reported."),
  entity(
    "ReportState",
    reports.reportState,
    "Whether something was done about a report, or it was dismissed.",
  ),
  entity(
    "Report",
    reports.report,
    "A report of a message. `body` is what it said then, while the report is open.",
  ),
  entity("ResolveReport", reports.resolveReport, "What is done about a report."),
  entity("ReportPage", reports.reportPage, "A part of the reports, and the cursor of the next one."),
  entity("UserPage", http.userPage, "Whom the search found."),
  entity("BlockPage", http.blockPage, "A part of those whom a user blocks, and the cursor of the next one."),
  entity("UserPresence", model.userPresence, "Whether a user is connected, and when they last were."),
  entity("PresencePage", http.presencePage, "The presence of those asked for who may be seen."),
  entity("MoveUsers", http.moveUsers, "Which users of a shard are to be moved."),
  entity("MovedUsers", http.movedUsers, "How many users have moved, and whether that was all."),
  entity("StartChat", chats.startChat, "Whom to chat with; an application's number of a user is their id."),
  entity("SendChatMessage", chats.sendChatMessage, "What is to be said in a chat."),
  entity("ChatReactionName", chats.chatReactionName, "An emoji, or a name of `REACTION_NAMES`."),
  entity("ChatUser", chats.chatUser, "A person in a chat; `username` and `name` are the same."),
  entity("ChatReaction", chats.chatReaction, "One person's reaction to a message of a chat."),
  entity("ChatMessage", chats.chatMessage, "A message of a chat; its time is ISO 8601."),
  entity("Chat", chats.chatThread, "A thread, by its number, with its newest messages; times are ISO 8601."),
  entity("ChatList", chats.chatThreadList, "The caller's chats, most recently active first."),
  entity("ChatReactionList", chats.chatReactionList, "The reactions to a message of a chat."),
];
