/**
 * The contract's table of rights: who may do what, by kind of thread and role. ChatThread decides by it, next to the
 * data; the page shows by it what one may do.
 */
import type { Kind, Role } from "./model.ts";

/** Someone's standing in a thread: their role, null for one who is no member, or "host" for the host itself. */
export type Standing = Role | "host" | null;

/**
 * `take part`: what only members do for themselves, which is to react, to type, and to move a read marker. `put thread`:
 * everything at once that a host's server says a thread is to be.
 */
export type Action =
  | "send"
  | "take part"
  | "rename"
  | "put thread"
  | "delete thread"
  | "read the audit log"
  | "see reports";

const isMember = (standing: Standing) => standing !== null && standing !== "host";

const isModerator = (standing: Standing) =>
  standing === "moderator" || standing === "owner" || standing === "host";

const isOwner = (standing: Standing) => standing === "owner" || standing === "host";

/** Whether one may read the thread at all. To one who may not, the thread does not exist. */
export function maySee(kind: Kind, standing: Standing): boolean {
  return kind === "public" || standing !== null;
}

export function may(action: Action, kind: Kind, standing: Standing): boolean {
  switch (action) {
    case "send":
      return isMember(standing) || (kind !== "direct" && standing === "host");
    case "take part":
      return isMember(standing);
    case "rename":
      return kind !== "direct" && isModerator(standing);
    case "put thread":
      return kind !== "direct" && standing === "host";
    case "see reports":
      return standing === "host" || (kind !== "direct" && isModerator(standing));
    case "delete thread":
    case "read the audit log":
      return standing === "host" || (kind !== "direct" && standing === "owner");
  }
}

/** Editing a message: its author, as long as they are a member. What the host sent, the host alone. */
export function mayEdit(standing: Standing, isAuthor: boolean): boolean {
  return standing !== null && isAuthor;
}

/** Deleting a message: its author and the host, and in groups and public threads moderators and owners. */
export function mayErase(kind: Kind, standing: Standing, isAuthor: boolean): boolean {
  if (standing === null) return false;
  return isAuthor || standing === "host" || (kind !== "direct" && isModerator(standing));
}

/** Adding a member, oneself or another, with this role. Only owners and the host give a role above member. */
export function mayAdd(kind: Kind, standing: Standing, isSelf: boolean, role: Role): boolean {
  if (kind === "direct") return false;
  if (role !== "member" && !isOwner(standing)) return false;
  return isModerator(standing) || (kind === "public" && isSelf);
}

/** Changing the role of one who is a member already. */
export function mayChangeRole(kind: Kind, standing: Standing): boolean {
  return kind !== "direct" && isOwner(standing);
}

/** Removing a member of this role, or leaving. */
export function mayRemove(kind: Kind, standing: Standing, isSelf: boolean, target: Role): boolean {
  if (kind === "direct" || standing === null) return false;
  if (isSelf || isOwner(standing)) return true;
  return standing === "moderator" && target === "member";
}
