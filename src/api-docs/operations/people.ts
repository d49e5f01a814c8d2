/** `/api/session`, `/api/users` and `/api/presence`. */
import * as http from "../../protocol/http.ts";
import { user } from "../../protocol/model.ts";
import type { Operations } from "./operation.ts";

export const peopleOperations: Operations = {
  "POST /api/session": {
    id: "signIn",
    tag: "Session",
    summary: "Sign in",
    description: "With a user token of the host application, or where guests are allowed with a name.",
    allowed: "signing in",
    body: http.guestSignIn,
    isBodyOptional: true,
    answers: { 201: ["Signed in: the answer sets the session cookie.", http.session] },
    errors: ["unauthenticated", "forbidden"],
  },
  "GET /api/session": {
    id: "getSession",
    tag: "Session",
    summary: "Ask who is signed in",
    allowed: "browser",
    answers: { 200: ["The user, and when the session ends.", http.session] },
  },
  "DELETE /api/session": {
    id: "signOut",
    tag: "Session",
    summary: "Sign out",
    allowed: "anyone",
    description: "Copies of the cookie sign in no more, and the session's sockets are closed with 4001.",
    answers: { 204: ["The session has ended, and the cookie is cleared."] },
  },
  "GET /api/sign-in": {
    id: "getSignInOptions",
    tag: "Session",
    summary: "Ask how one can sign in",
    allowed: "anyone",
    answers: { 200: ["The ways.", http.signInOptions] },
  },
  "GET /api/users": {
    id: "searchUsers",
    tag: "People",
    summary: "Search users",
    allowed: "user",
    query: {
      q: {
        schema: http.userSearchQuery.shape.q,
        description: "The beginning of a name, of a word in it, or of an id.",
      },
    },
    answers: { 200: ["At most 20 users.", http.userPage] },
    errors: ["forbidden"],
  },
  "GET /api/users/:userId": {
    id: "getUser",
    tag: "People",
    summary: "Get a user",
    allowed: "user or host",
    answers: {
      200: ["The user; to the host with what it keeps with them, whatever `USER_SEARCH`.", http.shownUser],
    },
    errors: ["forbidden"],
  },
  "PUT /api/users/:userId": {
    id: "putUser",
    tag: "People",
    summary: "Make a user known, or rename them",
    description:
      "What is absent stays, `null` removes. From then on a name in a token counts only if its `iat` is later.",
    allowed: "host",
    body: http.putUser,
    answers: { 200: ["The user.", user] },
  },
  "POST /api/users/:userId/revoke": {
    id: "revokeUser",
    tag: "People",
    summary: "Revoke a user's tokens and cookies",
    description:
      "Those with an `iat` below `before`, and for ever those without: refused within 5 s, their sockets closed with 4001.",
    allowed: "host",
    body: http.revokeUser,
    isBodyOptional: true,
    answers: { 202: ["Revoked; sockets are being closed."] },
  },
  "GET /api/presence": {
    id: "getPresence",
    tag: "People",
    summary: "Get whether users are online",
    description: "Users with whom the caller shares no direct or group thread are left out.",
    allowed: "user",
    query: {
      ids: { schema: http.presenceQuery.shape.ids, description: "At most 100 ids, comma separated." },
    },
    answers: { 200: ["Their presence.", http.presencePage] },
  },
};
