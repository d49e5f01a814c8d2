/** The view at `/chat`: the list and a thread side by side, on a phone one at a time. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { User } from "../protocol/model.ts";
import { NewChat } from "./people/new-chat-dialog.tsx";
import { navigate, threadHref } from "./router.tsx";
import { RoomPage } from "./conversation/conversation.tsx";
import { client } from "./session/session.ts";
import { ThreadList } from "./thread-list/thread-list.tsx";
import { otherIn } from "./thread-list/thread-title.ts";
import { useStore } from "./ui/use-store.ts";
import "./chat-page.css";

export interface ChatPageProps {
  user: User;
  threadId: string | undefined;
}

export function ChatPage({ user, threadId }: ChatPageProps) {
  const presence = client.presence();
  const state = useStore(presence);
  const [starting, setStarting] = useState(false);

  const others = useMemo(
    () => state.threads.flatMap((thread) => otherIn(thread, user.id)?.id ?? []),
    [state.threads, user.id],
  );
  useEffect(() => presence.watch(others), [presence, others]);

  const started = (id: string) => {
    setStarting(false);
    navigate(threadHref(id));
  };

  return (
    <main class={threadId === undefined ? "chat-page" : "chat-page chat-page-in-room"}>
      <ThreadList
        user={user}
        state={state}
        openId={threadId}
        onNew={() => setStarting(true)}
        onReconnect={() => presence.reconnect()}
        onMore={() => void presence.loadMoreThreads().catch(() => {})}
      />
      <section class="chat-room" aria-label="Conversation">
        {threadId === undefined ? (
          <div class="centred">
            <p class="note">Choose a chat, or start a new one.</p>
          </div>
        ) : (
          <RoomPage key={threadId} user={user} threadId={threadId} />
        )}
      </section>
      {starting && <NewChat user={user} onStarted={started} onClose={() => setStarting(false)} />}
    </main>
  );
}
