/** The user's own changes to a message that are not stored yet: what they make of it, and what is said of each. Pure. */
import type { OutgoingChange } from "../../client/outbox/entry.ts";
import { changeReaction } from "../../client/room/reactions.ts";
import type { Message, User } from "../../protocol/model.ts";

/** The message as it will be when the changes that wait are stored; a deleted one keeps its text until then. */
export function withOutgoingChanges(
  message: Message,
  changes: readonly OutgoingChange[],
  user: User,
): Message {
  return changes
    .filter(({ state }) => state === "pending")
    .reduce((changed, change) => withChange(changed, change, user), message);
}

function withChange(message: Message, change: OutgoingChange, user: User): Message {
  const { rev, reactions } = message;
  switch (change.type) {
    case "edit":
      return { ...message, body: change.body };
    case "delete":
      return message;
    case "react":
    case "unreact": {
      const { type, seq, emoji } = change;
      const isMine = reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;
      if (isMine === (type === "react")) return message;
      return changeReaction(message, { type, rev, seq, emoji, user }, user.id);
    }
  }
}

/** Whether a deletion waits to be stored. */
export function isBeingDeleted(changes: readonly OutgoingChange[] = []): boolean {
  return changes.some(({ type, state }) => type === "delete" && state === "pending");
}

/** What is said of a change that waits, and of one that has failed, where it does not stand below its message. */
export function changeText(change: OutgoingChange, where?: string): { pending: string; failed: string } {
  const { pending, failed } = textOf(change);
  return { pending, failed: where === undefined ? failed : `${failed}, ${where}` };
}

/** The text that an edit has failed to store: only here it is still to be seen. */
export function editedText(change: OutgoingChange): string | undefined {
  return change.type === "edit" && change.state === "failed" ? change.body : undefined;
}

function textOf(change: OutgoingChange): { pending: string; failed: string } {
  switch (change.type) {
    case "edit":
      return { pending: "Edit not sent yet", failed: "Not edited" };
    case "delete":
      return { pending: "Deletion not sent yet", failed: "Not deleted" };
    case "react":
      return { pending: `${change.emoji} not sent yet`, failed: `${change.emoji} not added` };
    case "unreact":
      return { pending: `Removal of ${change.emoji} not sent yet`, failed: `${change.emoji} not removed` };
  }
}
