/** The user's threads, the most recently active first. */
import {
  useMemo,
  useState,
  useSyncExternalStore,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from "react";
import type { ThreadSummary, User } from "../../client/client.ts";
import { threadPreview } from "../../view/text/thread-preview.ts";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { formatShort } from "../../view/text/time-format.ts";
import { today } from "../../view/text/today.ts";
import { usePresence } from "../hooks/use-presence.ts";
import { useThreads } from "../hooks/use-threads.ts";
import { useLabels } from "../labels.ts";
import type { AvatarProps } from "../component-props.ts";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { classNames } from "../ui/class-names.ts";
import { Text, UserText } from "../ui/text.tsx";

/** Components of the host, each in the place of the one with this name. */
export interface ThreadListComponents {
  ThreadListItem?: ComponentType<ThreadListItemProps>;
  Avatar?: ComponentType<AvatarProps>;
}

export interface ThreadListProps {
  /** The id of the thread that is open. */
  selected?: string | undefined;
  /** Called with the thread that the user has chosen. */
  onSelect?: ((thread: ThreadSummary) => void) | undefined;
  /** Where a thread has an address of its own, its item is a link there. */
  href?: ((thread: ThreadSummary) => string) | undefined;
  className?: string | undefined;
  components?: ThreadListComponents | undefined;
  /** In the place of the text where there are no threads. */
  empty?: ReactNode;
}

export interface ThreadListItemProps {
  thread: ThreadSummary;
  /** The signed-in user. */
  user: User;
  title: string;
  /** The other person of a direct thread. */
  other: User | undefined;
  /** Whether that person is online. */
  online: boolean;
  selected: boolean;
  href: string | undefined;
  onSelect: () => void;
  Avatar: ComponentType<AvatarProps>;
}

const NO_COMPONENTS: ThreadListComponents = {};

export function ThreadList(props: ThreadListProps): ReactElement {
  const { selected, onSelect, href, className, components = NO_COMPONENTS, empty } = props;
  const { ThreadListItem: Item = ThreadListItem, Avatar = DefaultAvatar } = components;
  const labels = useLabels();
  const { threads, loaded, hasMore, user, loadMore } = useThreads();
  const [failed, setFailed] = useState(false);
  const others = useMemo(
    () => threads.flatMap((thread) => otherMember(thread, user?.id ?? "")?.id ?? []),
    [threads, user?.id],
  );
  const presences = usePresence(others);
  return (
    <nav className={classNames("lilypad", "lilypad-threads", className)} aria-label={labels.threads}>
      {!loaded && (
        <p className="lilypad-note" role="status">
          <Text>{labels.loading}</Text>
        </p>
      )}
      {loaded && threads.length === 0 && (empty ?? <p className="lilypad-note">{labels.noThreads}</p>)}
      {user && (
        <ul>
          {threads.map((thread) => {
            const other = otherMember(thread, user.id);
            return (
              <li key={thread.id}>
                <Item
                  thread={thread}
                  user={user}
                  title={threadTitle(thread, user.id, labels)}
                  other={other}
                  online={presences[other?.id ?? ""]?.status === "online"}
                  selected={thread.id === selected}
                  href={href?.(thread)}
                  onSelect={() => onSelect?.(thread)}
                  Avatar={Avatar}
                />
              </li>
            );
          })}
        </ul>
      )}
      {hasMore && (
        <button
          type="button"
          className="lilypad-link-button"
          onClick={() =>
            void loadMore().then(
              () => setFailed(false),
              () => setFailed(true),
            )
          }
        >
          <Text>{failed ? labels.tryAgain : labels.moreThreads}</Text>
        </button>
      )}
    </nav>
  );
}

/** A thread in the list: its title, the newest message, and how many are unread. */
export function ThreadListItem(props: ThreadListItemProps): ReactElement {
  const { selected, href, onSelect } = props;
  const className = classNames(
    "lilypad-threads-item",
    props.thread.unread > 0 && "lilypad-threads-item-unread",
  );
  const current = selected ? "true" : undefined;
  if (href === undefined) {
    return (
      <button type="button" className={className} aria-current={current} onClick={onSelect}>
        <ItemContent {...props} />
      </button>
    );
  }
  return (
    <a href={href} className={className} aria-current={current} onClick={onSelect}>
      <ItemContent {...props} />
    </a>
  );
}

function ItemContent({ thread, user, title, other, online, Avatar }: ThreadListItemProps): ReactElement {
  const labels = useLabels();
  const startOfToday = useSyncExternalStore(today.subscribe, today.getSnapshot, today.getSnapshot);
  const { lastMessage, unread } = thread;
  const preview = threadPreview(thread, user.id, undefined, labels);
  return (
    <>
      <Avatar id={other?.id ?? thread.id} name={title} avatarUrl={other?.avatarUrl} online={online} />
      <UserText className="lilypad-threads-title" text={title} />
      {lastMessage && (
        <time className="lilypad-time" dateTime={new Date(lastMessage.at).toISOString()}>
          <Text>{formatShort(lastMessage.at, startOfToday)}</Text>
        </time>
      )}
      <span className="lilypad-threads-preview">
        {preview.author !== undefined && <UserText text={`${preview.author}: `} />}
        <UserText text={preview.text} />
      </span>
      {unread > 0 && (
        <span className="lilypad-count">
          <span aria-hidden="true">
            <Text>{unread > 99 ? "99+" : unread}</Text>
          </span>
          <span className="lilypad-hidden">{labels.unread(unread)}</span>
        </span>
      )}
    </>
  );
}
