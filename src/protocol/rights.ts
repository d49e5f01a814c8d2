/**
 * The contract's table of rights: who may do what, by kind of thread and role. ChatThread decides by it, next to the
 * data; the page shows by it what one may do.
 */
import type { Kind, Role } from "./model.ts";

/** Someone's standing in a thread: their role, or null for one who is no member. */
export type Standing = Role | null;

export type Action = "send" | "rename" | "delete thread";

const isModerator = (standing: Standing) => standing === "moderator" || standing === "owner";

/** Whether one may read the thread at all. To one who may not, the thread does not exist. */
export function maySee(kind: Kind, standing: Standing): boolean {
  return kind === "public" || standing !== null;
}

export function may(action: Action, kind: Kind, standing: Standing): boolean {
  switch (action) {
    case "send":
      return standing !== null;
    case "rename":
      return kind !== "direct" && isModerator(standing);
    case "delete thread":
      return kind !== "direct" && standing === "owner";
  }
}

/** Deleting a message: its author, and in groups and public threads moderators and owners. */
export function mayErase(kind: Kind, standing: Standing, isAuthor: boolean): boolean {
  if (standing === null) return false;
  return isAuthor || (kind !== "direct" && isModerator(standing));
}

/** Adding a member, oneself or another, with this role. Only owners give a role above member. */
export function mayAdd(kind: Kind, standing: Standing, isSelf: boolean, role: Role): boolean {
  if (kind === "direct") return false;
  if (role !== "member" && standing !== "owner") return false;
  return isModerator(standing) || (kind === "public" && isSelf);
}

/** Changing the role of one who is a member already. */
export function mayChangeRole(kind: Kind, standing: Standing): boolean {
  return kind !== "direct" && standing === "owner";
}

/** Removing a member of this role, or leaving. */
export function mayRemove(kind: Kind, standing: Standing, isSelf: boolean, target: Role): boolean {
  if (kind === "direct" || standing === null) return false;
  if (isSelf || standing === "owner") return true;
  return standing === "moderator" && target === "member";
}
