/** What a thread is called by one of its members. */
import type { User } from "../../protocol/model.ts";

export interface Titled {
  kind: "direct" | "group" | "public";
  name: string | null;
  members?: readonly User[] | undefined;
}

/** Its name; a direct thread is called after the other person. */
export function titleOf(thread: Titled, ownId: string): string {
  if (thread.kind === "direct") return otherIn(thread, ownId)?.name ?? "Direct chat";
  if (thread.name !== null) return thread.name;
  const others = (thread.members ?? []).filter(({ id }) => id !== ownId).map(({ name }) => name);
  return others.length > 0 ? namesOf(others, 3) : "Group chat";
}

/** The other person of a direct thread. */
export function otherIn(thread: Titled, ownId: string): User | undefined {
  if (thread.kind !== "direct") return undefined;
  return thread.members?.find(({ id }) => id !== ownId) ?? thread.members?.[0];
}

/** "Ada", "Ada and Ben", "Ada, Ben and 3 others". */
export function namesOf(names: readonly string[], most: number): string {
  if (names.length <= most) return new Intl.ListFormat("en").format(names);
  const shown = names.slice(0, most - 1);
  const others = names.length - shown.length;
  return new Intl.ListFormat("en").format([...shown, `${others} others`]);
}
