/** What an entry of a thread's audit log says, as a sentence. Pure. */
import type { AuditEntry } from "../../protocol/moderation.ts";
import { isolated } from "../text/bidi.ts";
import { formatDateTime } from "../text/time-format.ts";

/** The name of each setting that a moderator changes. */
const SETTINGS: Record<string, string> = {
  name: "the name",
  topic: "the topic",
  slowModeMs: "slow mode",
  locked: "the lock",
  whoPosts: "who writes",
  data: "the host's data",
};

export function auditText({ by, action, target, detail = {} }: AuditEntry, language?: string): string {
  const who = by === "host" ? "The host" : isolated(by.name);
  const whom = target ? isolated(target.name) : "somebody";
  const end = detail["timeoutUntil"] ?? detail["until"];
  const until = typeof end === "number" ? ` until ${formatDateTime(end, language)}` : "";
  const reason = typeof detail.reason === "string" ? `: ${isolated(detail.reason)}` : "";
  const role = typeof detail.role === "string" ? detail.role : "member";
  switch (action) {
    case "thread.created":
      return `${who} started this chat`;
    case "thread.updated":
      return `${who} changed ${settingsText(Object.keys(detail))}`;
    case "member.added":
      return target ? `${who} added ${whom}` : `${who} joined`;
    case "member.invited":
      return `${who} invited ${whom}`;
    case "member.removed":
      return `${who} removed ${whom}`;
    case "member.left":
      return `${who} left`;
    case "member.role":
      return `${who} made ${whom} ${role === "owner" ? "an owner" : `a ${role}`}`;
    case "member.timeout":
      return until === "" ? `${who} ended the timeout of ${whom}` : `${who} timed out ${whom}${until}`;
    case "owner.succeeded":
      return `${whom} became owner`;
    case "message.deleted":
      return `${who} deleted a message of ${whom}`;
    case "ban.set":
      return `${who} banned ${whom}${until}${reason}`;
    case "ban.lifted":
      return `${who} lifted the ban of ${whom}`;
    case "link.created":
      return `${who} made an invitation link`;
    case "link.revoked":
      return `${who} revoked an invitation link`;
    case "link.redeemed":
      return `${who} joined by an invitation link`;
    case "report.resolved":
      return `${who} resolved a report about ${whom}`;
  }
}

function settingsText(changed: readonly string[]): string {
  const names = changed.flatMap((key) => SETTINGS[key] ?? []);
  return names.length === 0 ? "the chat" : names.join(", ");
}
