/** A filter of what is about to be stored. Each is a file here, and an entry in content-filters.ts. */
import type { Kind, Role } from "../../protocol/model.ts";

/** A message or an edit that a member has the right to store. */
export interface Content {
  body: string;
  kind: Kind;
  /** Its author's role, and since when they are a member, in milliseconds since the epoch. */
  role: Role;
  joinedAt: number;
}

/** Returns the body to store. Throws `forbidden`, with a reason that its author is shown, where it is refused. */
export type ContentFilter = (content: Content, now: number) => string;
