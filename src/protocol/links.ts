/** Invitation links: bodies and answers, and the code that a link consists of. */
import { z } from "zod";
import { futureTime } from "./host-bans.ts";
import { digits } from "./http.ts";
import * as limits from "./limits.ts";
import { user } from "./model.ts";
import { time } from "./fields.ts";

const uses = z.int().min(1).max(limits.LINK_USES);

/** Without `expiresAt` it does not expire, without `uses` any number of people may use it. */
export const postLink = z.object({ expiresAt: futureTime.nullish(), uses: uses.nullish() });
export type PostLink = z.infer<typeof postLink>;

export const link = z.object({
  no: z.int().min(1),
  createdAt: time,
  by: z.union([user, z.literal("host")]),
  expiresAt: time.optional(),
  uses: uses.optional(),
  used: z.int().min(0),
});
/** A link as its thread's moderators see it: `used` of `uses` have come by it. */
export type Link = z.infer<typeof link>;

export const newLink = link.extend({ code: z.string() });
/** A link that was just made: its `code` is shown here alone. */
export type NewLink = z.infer<typeof newLink>;

export const linkList = z.object({ links: z.array(link) });
export type LinkList = z.infer<typeof linkList>;

/** Names a link to its thread, which counts them from 1. */
export const linkNo = digits.pipe(z.int().min(1));
