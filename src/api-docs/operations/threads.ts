/** `/api/threads` and what belongs to a thread. */
import * as http from "../../protocol/http.ts";
import { member, message, thread } from "../../protocol/model.ts";
import type { Operations } from "./operation.ts";
import { page } from "./page.ts";

const { before, after, around, limit } = http.messagesQuery.shape;

export const threadOperations: Operations = {
  "POST /api/threads": {
    id: "createThread",
    tag: "Threads",
    summary: "Create a thread",
    description:
      "`direct` takes one other member, and answers with the pair's thread where there is one. Who is no contact is invited " +
      "instead of added, as `CONTACT_POLICY` says. Where that is `host`, the host makes direct threads, of two `memberIds`.",
    allowed: "user or host",
    body: http.createThread,
    answers: {
      200: ["The pair's direct thread, which existed.", thread],
      201: ["The new thread.", thread],
    },
    errors: ["not_found", "forbidden", "conflict"],
  },
  "GET /api/threads": {
    id: "listThreads",
    tag: "Threads",
    summary: "List the caller's threads",
    description: "Most recently active first, invitations among them.",
    allowed: "user",
    query: page,
    answers: { 200: ["The threads.", http.threadPage] },
  },
  "GET /api/threads/:threadId": {
    id: "getThread",
    tag: "Threads",
    summary: "Get a thread",
    allowed: "user or host",
    answers: { 200: ["The thread.", thread] },
  },
  "PUT /api/threads/:threadId": {
    id: "putThread",
    tag: "Threads",
    summary: "Make the thread of a key, or bring it up to date",
    description:
      "`threadId` is `key:KEY`. What is absent stays, and `null` removes. `members` are added, but for those who left; one " +
      "who is not known yet is made known by `name`.",
    allowed: "host",
    body: http.putThread,
    answers: {
      200: ["The thread, which existed.", thread],
      201: ["The new thread.", thread],
    },
    errors: ["not_found", "conflict"],
  },
  "PATCH /api/threads/:threadId": {
    id: "updateThread",
    tag: "Threads",
    summary: "Rename a thread, or change its settings",
    description: "Moderators, owners and the host may.",
    allowed: "user or host",
    body: http.patchThread,
    isBodyOptional: true,
    answers: { 200: ["The thread.", thread] },
    errors: ["forbidden"],
  },
  "DELETE /api/threads/:threadId": {
    id: "deleteThread",
    tag: "Threads",
    summary: "Delete a thread",
    description: "Members are notified, sockets are closed, and all of it is deleted from storage.",
    allowed: "user or host",
    answers: { 204: ["It is deleted."] },
    errors: ["forbidden"],
  },
  "GET /api/threads/:threadId/members": {
    id: "listMembers",
    tag: "Members",
    summary: "List a thread's members",
    description: "In the order in which they joined.",
    allowed: "user or host",
    query: page,
    answers: { 200: ["The members.", http.memberPage] },
  },
  "PUT /api/threads/:threadId/members/:userId": {
    id: "putMember",
    tag: "Members",
    summary: "Add or invite somebody, change a member's role, or time them out",
    description:
      "Who is invited instead of added comes as a member, whatever the role. Moderators time out members, owners and the host " +
      "anyone, and nobody themself.",
    allowed: "user or host",
    body: http.putMember,
    isBodyOptional: true,
    answers: { 200: ["The member.", member], 202: ["They are invited.", http.invitedState] },
    errors: ["forbidden", "conflict"],
  },
  "DELETE /api/threads/:threadId/members/:userId": {
    id: "removeMember",
    tag: "Members",
    summary: "Remove a member, withdraw an invitation, or leave",
    description:
      "A direct thread nobody leaves: it is hidden from the caller's own list until the next message. Of one who is invited, and " +
      "of any other id, it withdraws what is pending.",
    allowed: "user or host",
    answers: { 204: ["They are no member."] },
    errors: ["forbidden"],
  },
  "GET /api/threads/:threadId/invitations": {
    id: "listInvitations",
    tag: "Members",
    summary: "List the pending invitations",
    description: "Newest first, for whoever may add members.",
    allowed: "user or host",
    answers: { 200: ["The invitations.", http.invitationList] },
    errors: ["forbidden"],
  },
  "POST /api/threads/:threadId/accept": {
    id: "acceptInvitation",
    tag: "Members",
    summary: "Accept an invitation or a message request",
    description: "Who is a member already changes nothing.",
    allowed: "user",
    answers: { 200: ["The thread.", thread] },
  },
  "POST /api/threads/:threadId/decline": {
    id: "declineInvitation",
    tag: "Members",
    summary: "Decline an invitation or a message request",
    description: "Nobody else learns of it. The same user cannot invite the caller there again for 30 days.",
    allowed: "user",
    answers: { 204: ["It is off the caller's list."] },
    errors: ["forbidden"],
  },
  "GET /api/threads/:threadId/messages": {
    id: "getMessages",
    tag: "Messages",
    summary: "Get a page of messages",
    description:
      "One bound at most; none: the newest. A page has fewer messages than `limit` where they are long.",
    allowed: "user or host",
    query: {
      before: { schema: before, description: "The nearest messages below this `seq`." },
      after: { schema: after, description: "The nearest messages above this `seq`." },
      around: { schema: around, description: "Messages on both sides of this `seq`, and its own." },
      limit: { schema: limit, description: page.limit.description },
    },
    answers: { 200: ["The messages.", http.messagePage] },
  },
  "POST /api/threads/:threadId/messages": {
    id: "sendMessage",
    tag: "Messages",
    summary: "Send a message",
    allowed: "user or host",
    body: http.postMessage,
    answers: {
      200: ["A message with this `id` was stored before: this is the first one.", message],
      201: ["The message, stored.", message],
    },
    errors: ["forbidden"],
  },
  "PATCH /api/threads/:threadId/messages/:seq": {
    id: "editMessage",
    tag: "Messages",
    summary: "Edit a message",
    allowed: "user or host",
    body: http.patchMessage,
    answers: { 200: ["The message.", message] },
    errors: ["forbidden", "gone"],
  },
  "DELETE /api/threads/:threadId/messages/:seq": {
    id: "deleteMessage",
    tag: "Messages",
    summary: "Delete a message",
    description: "Its body is erased from storage; a tombstone stays.",
    allowed: "user or host",
    answers: { 204: ["It is deleted."] },
    errors: ["forbidden", "gone"],
  },
  "PUT /api/threads/:threadId/messages/:seq/reactions/:emoji": {
    id: "react",
    tag: "Messages",
    summary: "React to a message",
    allowed: "user",
    answers: { 204: ["The caller's reaction is there."] },
    errors: ["forbidden", "conflict", "gone"],
  },
  "DELETE /api/threads/:threadId/messages/:seq/reactions/:emoji": {
    id: "unreact",
    tag: "Messages",
    summary: "Take a reaction back",
    allowed: "user",
    answers: { 204: ["The caller's reaction is not there."] },
    errors: ["forbidden", "gone"],
  },
  "PUT /api/threads/:threadId/read": {
    id: "moveReadMarker",
    tag: "Messages",
    summary: "Move the caller's read marker",
    description: "Forward, never back; beyond the newest message it is the newest.",
    allowed: "user",
    body: http.putRead,
    answers: { 200: ["Where the marker is now.", http.readState] },
    errors: ["forbidden"],
  },
};
