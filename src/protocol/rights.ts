/**
 * The contract's table of rights: who may do what, by kind of thread and standing. ChatThread decides by it, next to the
 * data; the page shows by it what one may do.
 */
import type { Kind, Role, WhoPosts } from "./model.ts";

/**
 * Someone's standing in a thread: their role; "timed out" for a member who is, whatever their role; "banned" for a stranger
 * who is kept out; "invited" in a direct thread for who has yet to accept it; null for any other who is no member, those
 * included who are invited into a group; "host" for the host itself.
 */
export type Standing = Role | "timed out" | "banned" | "invited" | "host" | null;

/** `put thread`: everything at once that a host's server says a thread is to be. */
export type Action =
  | "send"
  | "edit"
  | "react"
  | "type"
  | "move the read marker"
  | "change the thread"
  | "put thread"
  | "delete thread"
  | "see bans"
  | "see reports"
  | "manage links"
  | "read the audit log";

/** What a thread's settings restrict. */
export interface Restrictions {
  /** Only moderators, owners and the host write, react and type. */
  locked?: boolean | undefined;
  /** Who sends messages. */
  whoPosts?: WhoPosts | undefined;
}

/** The standing of a member: "timed out" until that time, in milliseconds since the epoch. */
export function standingOf(
  { role, timeoutUntil }: { role: Role; timeoutUntil?: number | null | undefined },
  now: number,
): Standing {
  return (timeoutUntil ?? 0) > now ? "timed out" : role;
}

const isStranger = (standing: Standing) => standing === null || standing === "banned";

/** A member who takes part: neither the host nor one who is timed out. */
const isMember = (standing: Standing) =>
  standing === "member" || standing === "moderator" || standing === "owner";

const isModerator = (standing: Standing) =>
  standing === "moderator" || standing === "owner" || standing === "host";

const isOwner = (standing: Standing) => standing === "owner" || standing === "host";

/** Whether one may read the thread at all. To one who may not, the thread does not exist. */
export function maySee(kind: Kind, standing: Standing): boolean {
  return standing !== "banned" && (kind === "public" || standing !== null);
}

export function may(
  action: Action,
  kind: Kind,
  standing: Standing,
  { locked, whoPosts }: Restrictions = {},
): boolean {
  const isLocked = locked === true && !isModerator(standing);
  switch (action) {
    case "send":
      if (isLocked || (whoPosts === "moderators" && !isModerator(standing))) return false;
      // Writing in a direct thread accepts it.
      return isMember(standing) || standing === "invited" || (kind !== "direct" && standing === "host");
    case "edit":
      return !isLocked && (isMember(standing) || standing === "host");
    case "react":
      return !isLocked && isMember(standing);
    case "type":
      // Of who has yet to accept, nobody sees that, nor what they have read.
      return !isLocked && (isMember(standing) || standing === "invited");
    case "move the read marker":
      return isMember(standing) || standing === "invited" || standing === "timed out";
    case "change the thread":
    case "see bans":
    case "manage links":
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

/** Whether slow mode applies: to all but moderators, owners and the host. */
export function isSlowed(standing: Standing): boolean {
  return !isModerator(standing);
}

/** Deleting a message: its author and the host, and in groups and public threads moderators and owners. */
export function mayErase(kind: Kind, standing: Standing, isAuthor: boolean): boolean {
  if (isStranger(standing)) return false;
  return isAuthor || standing === "host" || (kind !== "direct" && isModerator(standing));
}

/** Adding a member, oneself or another, with this role. Only owners and the host give a role above member. */
export function mayAdd(kind: Kind, standing: Standing, isSelf: boolean, role: Role): boolean {
  if (kind === "direct" || standing === "banned") return false;
  if (role !== "member" && !isOwner(standing)) return false;
  return isModerator(standing) || (kind === "public" && isSelf);
}

/** Changing the role of one who is a member already. */
export function mayChangeRole(kind: Kind, standing: Standing): boolean {
  return kind !== "direct" && isOwner(standing);
}

/** Removing a member of this role, or leaving. */
export function mayRemove(kind: Kind, standing: Standing, isSelf: boolean, target: Role): boolean {
  if (kind === "direct" || isStranger(standing)) return false;
  return isSelf || mayActOn(standing, target);
}

/** Timing out or banning one of this role, or letting them back; null for one who is no member. Nobody does so to themself. */
export function mayRestrain(kind: Kind, standing: Standing, isSelf: boolean, target: Role | null): boolean {
  return kind !== "direct" && !isSelf && mayActOn(standing, target);
}

/** Moderators act on members, and on those who are none; owners and the host on anyone. */
function mayActOn(standing: Standing, target: Role | null): boolean {
  return isOwner(standing) || (standing === "moderator" && (target === "member" || target === null));
}
