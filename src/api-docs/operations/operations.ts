/**
 * Every route of the Worker, documented. A route that is missing here fails test/api-docs/complete.test.ts: add an entry,
 * `METHOD path` as the router has it, to the file of its group.
 */
import { blockOperations } from "./blocks.ts";
import { firstFrontEndOperations } from "./first-front-end.ts";
import { hostBanOperations } from "./host-bans.ts";
import { linkOperations } from "./links.ts";
import { moderationOperations } from "./moderation.ts";
import type { Operations } from "./operation.ts";
import { peopleOperations } from "./people.ts";
import { reportOperations } from "./reports.ts";
import { socketOperations } from "./sockets.ts";
import { threadOperations } from "./threads.ts";

export const operations: Operations = {
  ...threadOperations,
  ...moderationOperations,
  ...linkOperations,
  ...hostBanOperations,
  ...reportOperations,
  ...peopleOperations,
  ...blockOperations,
  ...socketOperations,
  ...firstFrontEndOperations,
};
