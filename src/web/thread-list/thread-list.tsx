/** The user's threads, the most recently active first. */
import { useState } from "preact/hooks";
import type { PresenceState } from "../../client/presence/presence-state.ts";
import type { ThreadSummary, User } from "../../protocol/model.ts";
import { draftPreview } from "../drafts/draft.ts";
import { useChat } from "../chat-context.ts";
import { CloseChat } from "../close-chat.tsx";
import { Requests } from "../contacts/requests.tsx";
import { lazily } from "../ui/lazily.tsx";
import { Menu } from "../ui/menu.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { ConnectionBanner } from "../ui/connection-banner.tsx";
import { handOffFocus } from "../ui/focus-handoff.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { formatShort } from "../../view/text/time-format.ts";
import { today } from "../../view/text/today.ts";
import { useSelected, useStore } from "../ui/use-store.ts";
import { ViewLink } from "../view-link.tsx";
import { threadPreview } from "../../view/text/thread-preview.ts";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import "./thread-list.css";

const PrivacyDialog = lazily(
  () => import("../contacts/privacy-dialog.tsx"),
  (module) => module.PrivacyDialog,
);

export interface ThreadListProps {
  user: User;
  state: PresenceState;
  openId: string | undefined;
  onNewChat: () => void;
  onLoadMore: () => void;
  onReconnect: () => void;
}

export function ThreadList({ user, state, openId, onNewChat, onLoadMore, onReconnect }: ThreadListProps) {
  const Heading = useChat().views.heading;
  const { threads, threadsLoaded, nextCursor, presence } = state;
  const [privacyOpen, setPrivacyOpen] = useState(false);
  return (
    <section class="thread-list" aria-labelledby="chats" tabIndex={-1}>
      <header class="thread-list-head">
        {/* The heading of the view, unless a thread is open, whose title is. */}
        {openId === undefined ? <Heading id="chats">Chats</Heading> : <h2 id="chats">Chats</h2>}
        <button type="button" class="button" onClick={onNewChat}>
          <PlusIcon /> New chat
        </button>
        <Menu label="More">
          <button type="button" class="button-quiet" onClick={() => setPrivacyOpen(true)}>
            Privacy
          </button>
        </Menu>
        <CloseChat />
      </header>
      {privacyOpen && (
        <PrivacyDialog onClose={() => setPrivacyOpen(false)} onFailed={() => setPrivacyOpen(false)} />
      )}
      {/* An open conversation has a banner of its own. */}
      {openId === undefined && (
        <ConnectionBanner
          connection={state.connection}
          closeCode={state.closeCode}
          ready={threadsLoaded}
          onRetry={onReconnect}
        />
      )}
      <Requests user={user} requests={state.invitations} />
      {(!threadsLoaded || threads.length === 0) && (
        <p class="thread-list-note note">
          <Text>{threadsLoaded ? "No chats yet. Find somebody with “New chat”." : "Loading…"}</Text>
        </p>
      )}
      <ul>
        {threads.map((thread) => (
          <ThreadRow
            key={thread.id}
            thread={thread}
            user={user}
            open={thread.id === openId}
            online={presence[otherMember(thread, user.id)?.id ?? ""]?.status === "online"}
          />
        ))}
      </ul>
      {nextCursor !== undefined && (
        <button ref={handOffFocus} type="button" class="button-quiet thread-list-more" onClick={onLoadMore}>
          Show more
        </button>
      )}
    </section>
  );
}

interface ThreadRowProps {
  thread: ThreadSummary;
  user: User;
  open: boolean;
  online: boolean;
}

function ThreadRow({ thread, user, open, online }: ThreadRowProps) {
  const startOfToday = useStore(today);
  const title = threadTitle(thread, user.id);
  const other = otherMember(thread, user.id);
  const { lastMessage, unread } = thread;
  // Not of the open thread, whose draft is in its composer and changes at each key.
  const { drafts, language } = useChat();
  const draft = useSelected(drafts.of(user.id, thread.id), (composed) =>
    open ? undefined : draftPreview(composed),
  );
  const preview = threadPreview(thread, user.id, draft);
  return (
    <li>
      <ViewLink
        threadId={thread.id}
        class={unread > 0 ? "thread-row thread-row-unread" : "thread-row"}
        {...(open && { "aria-current": "page" })}
      >
        <Avatar id={other?.id ?? thread.id} name={title} avatarUrl={other?.avatarUrl} online={online} />
        <UserText as="span" class="thread-row-title" text={title} />
        {lastMessage && (
          <time class="thread-row-at" dateTime={new Date(lastMessage.at).toISOString()}>
            <Text>{formatShort(lastMessage.at, startOfToday, language)}</Text>
          </time>
        )}
        <span class="thread-row-preview">
          {preview.draft && <span class="thread-row-draft">Draft: </span>}
          {preview.author !== undefined && <UserText text={`${preview.author}: `} />}
          <UserText as="span" text={preview.text} />
        </span>
        {unread > 0 && (
          <span class="thread-row-count">
            <Text>{unread > 99 ? "99+" : unread}</Text>
            <span class="visually-hidden"> unread</span>
          </span>
        )}
      </ViewLink>
    </li>
  );
}
