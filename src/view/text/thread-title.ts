/** The title under which one of its members sees a thread. */
import type { User } from "../../protocol/model.ts";
import { isolated } from "./bidi.ts";
import { formatNames } from "./name-list.ts";
import { ENGLISH, type Words } from "./words.ts";

/** The part of a thread that its title depends on. */
export interface TitledThread {
  kind: "direct" | "group" | "public";
  name: string | null;
  /** All of them or, of a group, the first ones: those whom a list of threads names are enough. */
  members?: readonly User[] | undefined;
  memberCount?: number | undefined;
}

/** The thread's name. A direct thread has the name of the other person, and a group without a name those of the others. */
export function threadTitle(thread: TitledThread, ownId: string, words: Words = ENGLISH): string {
  const { kind, name, members = [], memberCount = members.length } = thread;
  if (kind === "direct") return otherMember(thread, ownId)?.name ?? words.directChat;
  if (name !== null) return name;
  if (kind === "public") return words.publicChat;
  const others = members.filter(({ id }) => id !== ownId).map((other) => isolated(other.name));
  return others.length > 0 ? formatNames(others, 3, memberCount - 1, words) : words.groupChat;
}

/** The other person of a direct thread; oneself, where one is its only member. */
export function otherMember(thread: TitledThread, ownId: string): User | undefined {
  if (thread.kind !== "direct") return undefined;
  return thread.members?.find(({ id }) => id !== ownId) ?? thread.members?.[0];
}
