/** What the components that a host may replace are given: its own ones get the same. */
import type { MessageRowModel } from "../view/message-list/message-row-model.ts";

export interface ThreadPartProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
}

export interface MemberListProps extends ThreadPartProps {
  className?: string | undefined;
}

export interface ThreadDetailsProps extends ThreadPartProps {
  className?: string | undefined;
  /** Called when the user has left, hidden or deleted the thread; within `<Thread>`, by default its `onLeave`. */
  onLeave?: (() => void) | undefined;
}

export interface InvitationLinksProps extends ThreadPartProps {
  /** Where your application joins by a link's code; within `<Thread>`, by default its `linkHref`. Else the code is shown. */
  href?: ((code: string) => string) | undefined;
}

export interface RequestBarProps extends ThreadPartProps {
  className?: string | undefined;
}

export interface ThreadHeaderProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
}

export interface ConnectionNoticeProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
}

export interface MessageListProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
  className?: string | undefined;
}

export interface MessageProps {
  /** The message, and how it stands in the list. The same object until something of it changes. */
  row: MessageRowModel;
}

export interface AvatarProps {
  /** Id of the user or the thread; decides the colour. */
  id: string;
  name: string;
  avatarUrl?: string | undefined;
  /** Whether a dot says that the user is online. */
  online?: boolean | undefined;
}

export interface TypingIndicatorProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
}

export interface ComposerProps {
  /** Id or `key:KEY`; within `<Thread>`, that thread. */
  thread?: string | undefined;
  className?: string | undefined;
  placeholder?: string | undefined;
  /** Whether the field takes the focus when it appears. */
  autoFocus?: boolean | undefined;
  /** Called instead of sending: send it yourself, with `useThreadActions(thread).send`. */
  onSend?: ((body: string, replyTo: number | undefined) => void) | undefined;
}
