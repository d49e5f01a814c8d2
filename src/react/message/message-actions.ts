/** What a user can do to a message: for the components that draw one. */
import { createContext, useContext } from "react";
import type { Message } from "../../client/client.ts";

export interface MessageActions {
  /** Whether the user is its author, and it can be edited. */
  mayEdit: (message: Message) => boolean;
  /** Whether the user has the right to delete it. */
  mayErase: (message: Message) => boolean;
  /** Whether the user can report it: it is another user's. */
  mayReport: (message: Message) => boolean;
  /** Whether the user may time out or ban its author. */
  mayRestrain: (message: Message) => boolean;
  /** Opens the menu of a message; the focus returns to `button`. */
  openMenu: (message: Message, button: HTMLElement) => void;
  /** Starts a reply, in the composer. */
  reply: (seq: number) => void;
  /** Shows the editor in the place of the text; `undefined` closes it. */
  startEdit: (seq: number, text: string | undefined) => void;
  /** Replaces the text. */
  edit: (seq: number, body: string) => void;
  /** Deletes it, at once. */
  erase: (seq: number) => void;
  /** Reports it to the moderators. Rejects with a `RequestError`. */
  report: (seq: number, reason: string, note?: string) => Promise<void>;
  /** Adds the user's reaction, or removes it where `mine` says that it is there. */
  toggleReaction: (seq: number, emoji: string, mine: boolean) => void;
  /** Sends a message or a change that has failed again. */
  retry: (id: string) => void;
  /** Gives up a message or a change that is not stored. */
  discard: (id: string) => void;
  /** Loads a message that a reply quotes. */
  loadQuoted: (seq: number) => void;
  /** Scrolls to a message of the list, and focuses it. */
  jumpTo: (seq: number) => void;
}

export const MessageActionsContext = createContext<MessageActions | undefined>(undefined);

/** For a `Message` component of the host: what the one in its place would do. */
export function useMessageActions(): MessageActions {
  const actions = useContext(MessageActionsContext);
  if (!actions) throw new Error("useMessageActions is for components within a <MessageList>.");
  return actions;
}
