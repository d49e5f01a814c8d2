/** Whether somebody may be added to a thread, or has to be asked: the contract's `CONTACT_POLICY`. */
import type { Config } from "../../config/config.ts";
import { saysWhoIsUnknown } from "../../config/unknown-users.ts";
import { unknownUser } from "../../protocol/errors.ts";
import type { Kind, User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import type { NewMembers } from "../../rpc/thread.ts";
import { forbidden } from "../errors.ts";

/** The settings that it depends on. */
export type ConsentSettings = Pick<Config, "contactPolicy" | "userSearch">;

/** What is known of one who is to be added, by a user. */
export interface Candidate {
  /** A contact of the user who adds them. */
  isContact: boolean;
  /** Lilypad knows them; where no answer says who is unknown, that may not have been looked up. */
  isKnown: boolean;
  /** They left this thread, or declined to come into it. */
  isOnlyInvited: boolean;
}

/** `unknown`: the refusal says so, where the user may know that. */
export type Adding = "add" | "invite" | "unknown" | "forbidden";

/** What becomes of one whom a user adds, who has the right to. It depends on nothing that the user may not learn. */
export function addingOf(
  settings: ConsentSettings,
  { isContact, isKnown, isOnlyInvited }: Candidate,
): Adding {
  if (settings.contactPolicy === "host") return "forbidden";
  if (isContact && !isOnlyInvited) return "add";
  if (!isKnown && saysWhoIsUnknown(settings)) return "unknown";
  if (isOnlyInvited || settings.contactPolicy === "consent") return "invite";
  return "add";
}

/** One who comes into a new thread, or is invited. `profile`: the one that whoever makes it may see, if any. */
export interface Invitee {
  id: string;
  profile?: User | undefined;
}

/**
 * Whom a new thread begins with, and who is invited. `others`: the profiles of those who are known. Throws `forbidden` where the
 * user makes no such threads, `not_found` with the ids of those who are unknown. A direct thread, which anybody's id opens, has
 * the names of those alone whom the user may know by it; a group's members know each other.
 */
export function membersOfNew(
  settings: ConsentSettings,
  kind: Kind,
  by: User,
  others: readonly User[],
  members: NewMembers | undefined,
): { added: Invitee[]; invited: Invitee[] } {
  if (isHost(by) || !members)
    return { added: others.map((profile) => ({ id: profile.id, profile })), invited: [] };
  if (settings.contactPolicy === "host" && kind !== "public") throw forbidden();
  const profiles = new Map(others.map((user) => [user.id, user]));
  const contacts = new Set(members.contacts);
  const sorted = Map.groupBy(members.ids, (id) =>
    addingOf(settings, { isContact: contacts.has(id), isKnown: profiles.has(id), isOnlyInvited: false }),
  );
  const unknown = sorted.get("unknown");
  if (unknown) throw unknownUser(...unknown);
  if (sorted.has("forbidden")) throw forbidden();
  const named = new Set(members.named ?? members.contacts);
  const mayName = (id: string) => settings.userSearch === "all" || named.has(id);
  const invitee = (id: string) => ({ id, profile: mayName(id) ? profiles.get(id) : undefined });
  const added = sorted.get("add") ?? [];
  return {
    added: added.map((id) => (kind === "direct" ? invitee(id) : { id, profile: profiles.get(id) })),
    invited: (sorted.get("invite") ?? []).map(invitee),
  };
}
