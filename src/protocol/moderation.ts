/** What moderators, owners and the host see and do to keep a thread in order: bodies, queries and answers. */
import { z } from "zod";
import { digits, pageLimit } from "./http.ts";
import { user } from "./model.ts";
import { time } from "./names.ts";

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

export const auditEntry = z.object({
  no: z.int().min(1),
  at: time,
  by: z.union([user, z.literal("host")]),
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
