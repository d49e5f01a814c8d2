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
    answers: { 204: ["The cookie is cleared."] },
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
    answers: { 200: ["The user.", user] },
    errors: ["forbidden"],
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
