/** `/api/blocks`: whom one keeps away. */
import * as http from "../../protocol/http.ts";
import type { Operations } from "./operation.ts";
import { page } from "./page.ts";

export const blockOperations: Operations = {
  "GET /api/blocks": {
    id: "listBlocks",
    tag: "People",
    summary: "List whom one blocks",
    description: "The newest first. Of one who is no contact nor fellow member, `name` is the id.",
    allowed: "user",
    query: page,
    answers: { 200: ["The blocks.", http.blockPage] },
  },
  "PUT /api/blocks/:userId": {
    id: "blockUser",
    tag: "People",
    summary: "Block a user",
    description:
      "Neither sees whether the other is online. In a direct thread of the two in which both have written neither sends, edits, " +
      "reacts or types. The user need not be known, and is not notified.",
    allowed: "user",
    answers: { 204: ["They are blocked."] },
    errors: ["conflict"],
  },
  "DELETE /api/blocks/:userId": {
    id: "unblockUser",
    tag: "People",
    summary: "Lift a block",
    allowed: "user",
    answers: { 204: ["They are not blocked."] },
  },
};
