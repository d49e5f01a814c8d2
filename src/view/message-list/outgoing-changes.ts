/** The user's own changes to a message that are not stored yet: what they make of it, and what is said of each. Pure. */
import type { OutgoingChange } from "../../client/outbox/entry.ts";
import { changeReaction } from "../../client/room/reactions.ts";
import type { Message, User } from "../../protocol/model.ts";

type ChangeType = OutgoingChange["type"];
/** The change of a type. */
type ChangeOf<T extends ChangeType> = { [K in T]: { type: K } & Extract<OutgoingChange, { type: K }> }[T];

/** What a change of a type looks like until it is stored. */
interface ShownChange<T extends ChangeType> {
  /** What it makes of its message, while it waits. */
  apply: (message: Message, change: ChangeOf<T>, user: User) => Message;
  /** What is said of it while it waits, and when it has failed; `emoji` is that of a reaction, else empty. */
  texts: (emoji: string) => ChangeTexts;
}

type ChangeTexts = Record<OutgoingChange["state"], string>;

const SHOWN: { [T in ChangeType]: ShownChange<T> } = {
  edit: {
    apply: (message, { body }) => ({ ...message, body }),
    texts: () => ({ pending: "Edit not sent yet", failed: "Not edited" }),
  },
  delete: {
    // It keeps its text until it is deleted.
    apply: (message) => message,
    texts: () => ({ pending: "Deletion not sent yet", failed: "Not deleted" }),
  },
  react: {
    apply: withReaction,
    texts: (emoji) => ({ pending: `${emoji} not sent yet`, failed: `${emoji} not added` }),
  },
  unreact: {
    apply: withReaction,
    texts: (emoji) => ({ pending: `${emoji} not removed yet`, failed: `${emoji} not removed` }),
  },
};

function withReaction(message: Message, change: ChangeOf<"react" | "unreact">, user: User): Message {
  const { rev, reactions } = message;
  const { type, seq, emoji } = change;
  const isMine = reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;
  if (isMine === (type === "react")) return message;
  return changeReaction(message, { type, rev, seq, emoji, user }, user.id);
}

/** The message as it will be when the changes that wait are stored. */
export function withOutgoingChanges(
  message: Message,
  changes: readonly OutgoingChange[],
  user: User,
): Message {
  return changes
    .filter(({ state }) => state === "pending")
    .reduce((changed, change) => applied(changed, change, user), message);
}

function applied<T extends ChangeType>(message: Message, change: ChangeOf<T>, user: User): Message {
  const shown: ShownChange<T> = SHOWN[change.type];
  return shown.apply(message, change, user);
}

/** Whether a deletion waits to be stored. */
export function isBeingDeleted(changes: readonly OutgoingChange[] = []): boolean {
  return changes.some(({ type, state }) => type === "delete" && state === "pending");
}

/** What is said of a change of this type while it waits, and when it has failed; `emoji` is empty where it has none. */
export function changeTexts(type: ChangeType, emoji: string): ChangeTexts {
  return SHOWN[type].texts(emoji);
}

/** The same of a change; `where` it does not stand below its message. */
export function changeText(change: OutgoingChange, where?: string): ChangeTexts {
  const { pending, failed } = changeTexts(change.type, emojiOf(change));
  return { pending, failed: where === undefined ? failed : `${failed}, ${where}` };
}

/** The emoji of a reaction; empty for any other change. */
export function emojiOf(change: OutgoingChange): string {
  return "emoji" in change ? change.emoji : "";
}

/** The text that an edit has failed to store: only here it is still to be seen. */
export function editedText(change: OutgoingChange): string | undefined {
  return change.type === "edit" && change.state === "failed" ? change.body : undefined;
}
