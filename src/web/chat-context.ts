/** What the components of a chat share, wherever they are shown: as the page, or in an element on a page of another site. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Client } from "../client/client.ts";
import type { Listeners } from "../client/store/listeners.ts";
import type { ThreadRemovals } from "./conversation/thread-removals.ts";
import type { Drafts } from "./drafts/drafts.ts";

/** The views of a chat: its list of threads, and each thread. A view without a thread's id is the list. */
export interface Views {
  /** The address of a view; absent where views have none. */
  href?: (threadId: string | undefined) => string;
  /** Whether there is a list to go to. */
  hasList: boolean;
  go(threadId: string | undefined): void;
  /** Leaves a thread that is no more, if it is still shown: what comes late does not lead away from another view. */
  leave(threadId: string): void;
  /** Identifies the present visit of a view: the message list is as it was where a visit is returned to. */
  visit(): string;
  /** The level of a view's main heading. */
  heading: "h1" | "h2";
  /** The address at which an invitation link with this code is opened; absent where views have none. */
  invitation?: (code: string) => string;
}

export interface Chat {
  client: Client;
  /** What its users are composing. */
  drafts: Drafts;
  /** What its user has removed and can still restore. */
  removals: ThreadRemovals;
  /** A connection is another user's than the one who is shown: nothing may go on under the wrong name. */
  onUserChanged: () => void;
  views: Views;
  /** The element that menus are added to. It has the style sheets. */
  overlays: () => Element;
  /** The language of dates and times; by default the browser's. */
  language?: string | undefined;
  /** Whether a thread that is shown takes the focus: not where it is a part of a page that is about something else. */
  takesFocus: boolean;
  /** Closes what the chat is shown in; absent where that cannot be closed. */
  onClose?: (() => void) | undefined;
  /** A thread that was to be shown does not exist, or is none of the user's. */
  onMissing?: () => void;
}

/** What a client's views share, whichever element they are in. */
export type SharedChat = Pick<Chat, "client" | "drafts" | "removals"> & {
  /** Notified before the client is closed, while what its user has begun can still be sent. */
  leaving: Listeners<void>;
};

export const ChatContext = createContext<Chat | undefined>(undefined);

/** The chat that a component is part of. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error("a component of a chat is rendered outside of one");
  return chat;
}
