/** What moderators, owners and the host see and do to moderate a thread: bodies, queries and answers. */
import { z } from "zod";
import { futureTime, banReason } from "./host-bans.ts";
import { digits, pageLimit } from "./http.ts";
import * as limits from "./limits.ts";
import { user } from "./model.ts";
import { time } from "./fields.ts";

/** Every kind of act that the audit log of a thread records. */
export const auditAction = z.enum([
  "thread.created",
  "thread.updated",
  "member.added",
  "member.invited",
  "member.removed",
  "member.left",
  "member.role",
  "member.timeout",
  "owner.succeeded",
  "message.deleted",
  "ban.set",
  "ban.lifted",
  "link.created",
  "link.revoked",
  "link.redeemed",
  "report.resolved",
]);
export type AuditAction = z.infer<typeof auditAction>;

/** Who did it: a user, or the host itself. */
const actor = z.union([user, z.literal("host")]);

export const auditEntry = z.object({
  no: z.int().min(1),
  at: time,
  by: actor,
  action: auditAction,
  target: user.optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
/** One act: who did it, and to whom. What `detail` says of each action: README.md, "The audit log". */
export type AuditEntry = z.infer<typeof auditEntry>;

/** The acts before one, by its `no`; without it the newest. */
export const auditQuery = z.object({ before: digits.optional(), limit: pageLimit });
export type AuditQuery = z.infer<typeof auditQuery>;
export const auditPage = z.object({ entries: z.array(auditEntry) });
export type AuditPage = z.infer<typeof auditPage>;

/** `purgeSeconds`: how far back what they wrote is deleted. */
export const putBan = z.object({
  until: futureTime.nullish(),
  reason: banReason.nullish(),
  purgeSeconds: z.int().min(0).max(limits.PURGE_SECONDS).nullish(),
});
export type PutBan = z.infer<typeof putBan>;

export const ban = z.object({
  user,
  until: time.optional(),
  reason: z.string().optional(),
  by: actor,
  at: time,
});
/** A ban from a thread. Without `until` it does not end. A user who was never in the thread has their id for a name. */
export type Ban = z.infer<typeof ban>;
export const banPage = z.object({ bans: z.array(ban), nextCursor: z.string().optional() });
export type BanPage = z.infer<typeof banPage>;
