/** The thread list and the open conversation: side by side where there is room, else one at a time. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { User } from "../protocol/model.ts";
import { otherMember } from "../view/text/thread-title.ts";
import { useChat } from "./chat-context.ts";
import { Conversation } from "./conversation/conversation.tsx";
import { NewChatDialog } from "./people/new-chat-dialog.tsx";
import { ThreadList } from "./thread-list/thread-list.tsx";
import { useStore } from "./ui/use-store.ts";
import "./chat-panes.css";

export interface ChatPanesProps {
  user: User;
  /** The open thread. */
  threadId: string | undefined;
  /** The element around them: `main` where they are what the page is about. */
  as: "main" | "div";
}

export function ChatPanes({ user, threadId, as: Element }: ChatPanesProps) {
  const { client, views } = useChat();
  const presence = client.presence();
  const state = useStore(presence);
  const [newChatOpen, setNewChatOpen] = useState(false);

  const otherIds = useMemo(
    () => state.threads.flatMap((thread) => otherMember(thread, user.id)?.id ?? []),
    [state.threads, user.id],
  );
  useEffect(() => presence.watch(otherIds), [presence, otherIds]);

  const openThread = (id: string) => {
    setNewChatOpen(false);
    views.go(id);
  };

  return (
    <Element class={threadId === undefined ? "chat-panes" : "chat-panes chat-panes-thread-open"}>
      <ThreadList
        user={user}
        state={state}
        openId={threadId}
        onNewChat={() => setNewChatOpen(true)}
        onReconnect={() => presence.reconnect()}
        onLoadMore={() => void presence.loadMoreThreads().catch(() => {})}
      />
      <section class="chat-panes-conversation" aria-label="Conversation">
        {threadId === undefined ? (
          <div class="centred">
            <p class="note">Choose a chat, or start a new one.</p>
          </div>
        ) : (
          <Conversation key={threadId} user={user} threadId={threadId} presence={state.presence} />
        )}
      </section>
      {newChatOpen && (
        <NewChatDialog user={user} onStarted={openThread} onClose={() => setNewChatOpen(false)} />
      )}
    </Element>
  );
}
