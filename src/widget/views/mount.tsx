/** Shows the chat in an element: the page's own components, in a shadow root. */
import { render } from "preact";
import { ignoreImeKeys } from "../../view/keys/ime.ts";
import { ThreadRemovals } from "../../web/conversation/thread-removals.ts";
import { Drafts } from "../../web/drafts/drafts.ts";
import { followOtherTabs } from "../../web/drafts/other-tabs.ts";
import { browserStorage } from "../../web/browser-storage.ts";
import type { SharedChat } from "../../web/chat-context.ts";
import type { SharedClient } from "../shared-client.ts";
import { viewStyles } from "../styles.ts";
import { ElementChat } from "./element-chat.tsx";
import type { ViewOptions } from "./view-options.ts";

export interface MountedViews {
  unmount(): void;
}

let drafts: Drafts | undefined;

/** What the users of this browser compose, in all elements. */
function sharedDrafts(): Drafts {
  if (!drafts) {
    drafts = new Drafts(browserStorage("localStorage"));
    followOtherTabs(drafts);
  }
  return drafts;
}

const chats = new WeakMap<SharedClient, SharedChat>();

function sharedChat(shared: SharedClient): SharedChat {
  let chat = chats.get(shared);
  if (!chat) {
    const { client, leaving } = shared;
    chat = { client, leaving, drafts: sharedDrafts(), removals: new ThreadRemovals(leaving) };
    chats.set(shared, chat);
  }
  return chat;
}

const withImeKeysIgnored = new WeakSet<Element>();

export function mountViews(options: ViewOptions): MountedViews {
  const { shell, shared } = options;
  shell.addSheet(viewStyles());
  if (!withImeKeysIgnored.has(shell.root)) ignoreImeKeys(shell.root);
  withImeKeysIgnored.add(shell.root);
  render(<ElementChat {...options} chat={sharedChat(shared)} />, shell.content);
  return { unmount: () => render(null, shell.content) };
}
