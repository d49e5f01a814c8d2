/** What every update of a thread says: the thread itself, as it is now. */
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import type { StoredThread } from "../stored-thread.ts";
import { isTitledByMembers, titleMembers } from "../thread-view.ts";

export function headOf(
  thread: StoredThread,
): Omit<ThreadUpdate, "shards" | "joined" | "left" | "readers" | "senders" | "commands"> {
  const { id, kind, name, createdAt } = thread.info;
  const last = thread.messages.last();
  return {
    threadId: id,
    rev: thread.rev,
    kind,
    name,
    createdAt,
    seq: thread.messages.newest.seq,
    makesContacts: thread.contacts.areMade,
    ...(last && { last }),
    ...(isTitledByMembers(thread) && { pair: titleMembers(thread) }),
    ...(isTitledByMembers(thread) && kind === "group" && { memberCount: thread.membership.count() }),
  };
}
