/** The two upgrades, and what is for the one who runs Lilypad. */
import { z } from "zod";
import * as http from "../../protocol/http.ts";
import type { Operations } from "./operation.ts";

const opened =
  "Switching to a WebSocket. A caller who is refused gets this answer too, and the socket is closed at once with a code that says why.";

/** The query of a room's socket; `src/sockets` reads it. */
export const roomQuery = {
  cursor: { schema: z.string().optional(), description: "`epoch:rev`: resume after what this client has." },
  paced: {
    schema: z.string().optional(),
    description: "Present, with any value: the client acknowledges with `got` what it has received.",
  },
};

export const socketOperations: Operations = {
  "GET /api/threads/:threadId/socket": {
    id: "openThreadSocket",
    tag: "Sockets",
    summary: "Open a thread's socket",
    description: "Being in the room: history, messages and changes as they happen.",
    allowed: "browser",
    query: roomQuery,
    answers: { 101: [opened] },
    errors: ["bad_request", "upgrade_required"],
  },
  "GET /api/presence/socket": {
    id: "openPresenceSocket",
    tag: "Sockets",
    summary: "Open the presence socket",
    description: "Being online, unread counts, and news of threads that are not open.",
    allowed: "browser",
    answers: { 101: [opened] },
    errors: ["bad_request", "upgrade_required"],
  },
  "GET /api/health": {
    id: "getHealth",
    tag: "Operating",
    summary: "Ask whether Lilypad is here",
    description: "Any page may read it.",
    allowed: "anyone",
    answers: { 200: ["It is.", http.health] },
  },
  "POST /api/admin/presence/moves": {
    id: "moveUsers",
    tag: "Operating",
    summary: "Move users to other shards",
    description: "For `npm run shards` alone. Where there is no `ADMIN_SECRET` there is nothing here.",
    allowed: "administrator",
    body: http.moveUsers,
    answers: { 200: ["What was moved.", http.movedUsers] },
    errors: ["not_found", "conflict"],
  },
};
