/** `/api/bans`: whom the host has banned from everything. */
import * as bans from "../../protocol/host-bans.ts";
import type { Operations } from "./operation.ts";
import { page } from "./page.ts";

export const hostBanOperations: Operations = {
  "GET /api/bans": {
    id: "listHostBans",
    tag: "Moderation",
    summary: "List whom the host has banned from everything",
    description:
      "A page may be shorter than `limit`, or empty: there are others as long as it has `nextCursor`.",
    allowed: "host",
    query: page,
    answers: { 200: ["The bans that are in force.", bans.hostBanPage] },
  },
  "PUT /api/bans/:userId": {
    id: "putHostBan",
    tag: "Moderation",
    summary: "Ban a user from everything",
    description:
      "Their requests and sign-ins are `forbidden` within 5 s, whatever their token, and their sockets are closed with 4003. " +
      "Replaces an earlier ban. The user need not be known.",
    allowed: "host",
    body: bans.putHostBan,
    isBodyOptional: true,
    answers: { 200: ["The ban.", bans.hostBan] },
  },
  "DELETE /api/bans/:userId": {
    id: "liftHostBan",
    tag: "Moderation",
    summary: "Lift a ban of the host's",
    allowed: "host",
    answers: { 204: ["They are not banned."] },
  },
};
