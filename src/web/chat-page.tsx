/** The view at `/chat`: the thread list and the open conversation, side by side; on a phone one at a time. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { User } from "../protocol/model.ts";
import { Conversation } from "./conversation/conversation.tsx";
import { NewChatDialog } from "./people/new-chat-dialog.tsx";
import { navigate, threadHref } from "./router.tsx";
import { client } from "./session/session.ts";
import { ThreadList } from "./thread-list/thread-list.tsx";
import { otherMember } from "../view/text/thread-title.ts";
import { useStore } from "./ui/use-store.ts";
import "./chat-page.css";

export interface ChatPageProps {
  user: User;
  threadId: string | undefined;
}

export function ChatPage({ user, threadId }: ChatPageProps) {
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
    navigate(threadHref(id));
  };

  return (
    <main class={threadId === undefined ? "chat-page" : "chat-page chat-page-thread-open"}>
      <ThreadList
        user={user}
        state={state}
        openId={threadId}
        onNewChat={() => setNewChatOpen(true)}
        onReconnect={() => presence.reconnect()}
        onLoadMore={() => void presence.loadMoreThreads().catch(() => {})}
      />
      <section class="chat-page-conversation" aria-label="Conversation">
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
    </main>
  );
}
