/** The title under which one of its members sees a thread. */
import type { User } from "../../protocol/model.ts";
import { isolated } from "../ui/bidi.ts";
import { formatNames } from "../ui/name-list.ts";

/** The part of a thread that its title depends on. */
export interface TitledThread {
  kind: "direct" | "group" | "public";
  name: string | null;
  members?: readonly User[] | undefined;
}

/** The thread's name. A direct thread has the name of the other person. */
export function threadTitle(thread: TitledThread, ownId: string): string {
  if (thread.kind === "direct") return otherMember(thread, ownId)?.name ?? "Direct chat";
  if (thread.name !== null) return thread.name;
  const others = (thread.members ?? []).filter(({ id }) => id !== ownId).map(({ name }) => isolated(name));
  return others.length > 0 ? formatNames(others, 3) : "Group chat";
}

/** The other person of a direct thread; oneself, where one is its only member. */
export function otherMember(thread: TitledThread, ownId: string): User | undefined {
  if (thread.kind !== "direct") return undefined;
  return thread.members?.find(({ id }) => id !== ownId) ?? thread.members?.[0];
}
