/** The bans of the host, from everything: bodies and answers of `/api/bans`. */
import { z } from "zod";
import * as limits from "./limits.ts";
import { user } from "./model.ts";
import { characters, time } from "./fields.ts";

/** Why someone is banned. */
export const banReason = characters(0, limits.BAN_REASON_LENGTH).transform((reason) => reason.toWellFormed());

/** A time that is yet to come, in milliseconds since the epoch. */
export const futureTime = time.refine((at) => at > Date.now(), "is not in the future");

export const putHostBan = z.object({ until: futureTime.nullish(), reason: banReason.nullish() });

export const hostBan = z.object({
  user,
  until: time.optional(),
  reason: z.string().optional(),
  by: z.literal("host"),
  at: time,
});
/** A ban of the host's. Without `until` it does not end. A user who is not known has their id for a name. */
export type HostBanView = z.infer<typeof hostBan>;

export const hostBanPage = z.object({ bans: z.array(hostBan), nextCursor: z.string().optional() });
export type HostBanPage = z.infer<typeof hostBanPage>;
