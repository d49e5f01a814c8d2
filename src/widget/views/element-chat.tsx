/** The root component of an element: one thread, or the list of the user's threads and the one that is open. */
import { useMemo, useState } from "preact/hooks";
import { Store } from "../../client/store/store.ts";
import type { User } from "../../protocol/model.ts";
import { ChatPanes } from "../../web/chat-panes.tsx";
import { ChatContext, type Chat, type SharedChat, type Views } from "../../web/chat-context.ts";
import { Conversation } from "../../web/conversation/conversation.tsx";
import { FileNotice } from "../../web/ui/file-notice.tsx";
import { useStore } from "../../web/ui/use-store.ts";
import type { ViewOptions } from "./view-options.ts";
import "./element-chat.css";

export function ElementChat({ chat: shared, ...options }: ViewOptions & { chat: SharedChat }) {
  const { shell, threadId, onClose, onProblem } = options;
  const { user } = useStore(options.shared.state);
  const [open] = useState(() => new Store<string | undefined>(threadId));
  const openId = useStore(open);
  const chat = useMemo(
    (): Chat => ({
      ...shared,
      onUserChanged: () => options.shared.restart(),
      views: viewsOf(open, threadId === undefined),
      overlays: () => shell.root,
      language: known(options.settings.language),
      takesFocus: onClose !== undefined,
      onClose,
      onMissing: () => onProblem({ code: "not_found", message: "This chat is not here." }),
    }),
    [shared, threadId],
  );
  if (!user) return null;
  return (
    <ChatContext.Provider value={chat} key={user.id}>
      {threadId === undefined ? (
        <ChatPanes as="div" user={user} threadId={openId} />
      ) : (
        <OneThread user={user} threadId={threadId} chat={chat} />
      )}
      <FileNotice around={shell.root} />
    </ChatContext.Provider>
  );
}

function OneThread({ user, threadId, chat }: { user: User; threadId: string; chat: Chat }) {
  const { presence } = useStore(chat.client.presence());
  return (
    <section class="one-thread" aria-label="Conversation">
      <Conversation user={user} threadId={threadId} presence={presence} />
    </section>
  );
}

/** Undefined for what is no language tag: formatting dates by it would fail. */
function known(language: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

let visits = 0;

/** Views that have no addresses: an element does not touch those of its page. */
function viewsOf(open: Store<string | undefined>, hasList: boolean): Views {
  let visit = `element ${(visits += 1)}`;
  const go = (threadId: string | undefined) => {
    visits += 1;
    visit = `element ${visits}`;
    open.set(threadId);
  };
  return {
    hasList,
    go,
    leave: (threadId) => {
      if (open.getSnapshot() === threadId && hasList) go(undefined);
    },
    visit: () => visit,
    heading: "h2",
  };
}
