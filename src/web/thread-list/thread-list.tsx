/** The list of one's threads, most recently active first. */
import type { PresenceState } from "../../client/presence/presence-state.ts";
import type { ThreadSummary, User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { ConnectionBanner } from "../ui/connection-banner.tsx";
import { handOver } from "../ui/focus-handoff.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { Link, threadHref } from "../router.tsx";
import { otherIn, titleOf } from "./thread-title.ts";
import { shortOf } from "../ui/time-format.ts";
import "./thread-list.css";

export interface ThreadListProps {
  user: User;
  state: PresenceState;
  openId: string | undefined;
  onNew: () => void;
  onMore: () => void;
  onReconnect: () => void;
}

export function ThreadList({ user, state, openId, onNew, onMore, onReconnect }: ThreadListProps) {
  const { threads, threadsLoaded, nextCursor, presence } = state;
  return (
    <section class="thread-list" aria-labelledby="chats" tabIndex={-1}>
      <header class="thread-list-head">
        <h1 id="chats">Chats</h1>
        <button type="button" class="button" onClick={onNew}>
          <PlusIcon /> New chat
        </button>
      </header>
      {/* With a room open, the room says so. */}
      {openId === undefined && (
        <ConnectionBanner
          connection={state.connection}
          closeCode={state.closeCode}
          ready={threadsLoaded}
          onRetry={onReconnect}
        />
      )}
      {!threadsLoaded && <p class="thread-list-note note">Loading…</p>}
      {threadsLoaded && threads.length === 0 && (
        <p class="thread-list-note note">No chats yet. Find somebody with “New chat”.</p>
      )}
      <ul>
        {threads.map((thread) => (
          <ThreadRow
            key={thread.id}
            thread={thread}
            user={user}
            open={thread.id === openId}
            online={presence[otherIn(thread, user.id)?.id ?? ""]?.status === "online"}
          />
        ))}
      </ul>
      {nextCursor !== undefined && (
        <button ref={handOver} type="button" class="button-quiet thread-list-more" onClick={onMore}>
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
  const title = titleOf(thread, user.id);
  const other = otherIn(thread, user.id);
  const { lastMessage, unread } = thread;
  const { who, text } = previewOf(thread, user.id);
  return (
    <li>
      <Link
        href={threadHref(thread.id)}
        class={unread > 0 ? "thread-row thread-row-unread" : "thread-row"}
        {...(open && { "aria-current": "page" })}
      >
        <Avatar id={other?.id ?? thread.id} name={title} avatarUrl={other?.avatarUrl} online={online} />
        <span class="thread-row-title" dir="auto">
          {title}
        </span>
        {lastMessage && (
          <time class="thread-row-at" dateTime={new Date(lastMessage.at).toISOString()}>
            {shortOf(lastMessage.at, Date.now())}
          </time>
        )}
        <span class="thread-row-preview">
          {who !== undefined && <bdi>{who}: </bdi>}
          <span dir="auto">{text}</span>
        </span>
        {unread > 0 && (
          <span class="thread-row-count">
            {unread > 99 ? "99+" : unread}
            <span class="visually-hidden"> unread</span>
          </span>
        )}
      </Link>
    </li>
  );
}

/** The newest message, and who wrote it, where that does not go without saying. */
function previewOf({ lastMessage, kind }: ThreadSummary, ownId: string): { who?: string; text: string } {
  if (!lastMessage) return { text: "No messages yet" };
  const text = lastMessage.preview === "" ? "Message deleted" : lastMessage.preview;
  if (lastMessage.author.id === ownId) return { who: "You", text };
  return kind === "direct" ? { text } : { who: lastMessage.author.name, text };
}
