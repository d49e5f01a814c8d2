/**
 * Lilypad in React, 18 and later: hooks on the client's stores, and components that can be styled and replaced one by one.
 * This module is the package's entry: what it exports is the public API, which docs/react.md describes.
 */
export type {
  InvitationLinksProps,
  MemberListProps,
  RequestBarProps,
  ThreadDetailsProps,
  ThreadHeaderProps,
  ThreadPartProps,
  ConnectionNoticeProps,
  MessageListProps,
  MessageProps,
  AvatarProps,
  TypingIndicatorProps,
  ComposerProps,
} from "./component-props.ts";
export { MemberList } from "./details/member-list.tsx";
export { ThreadDetails } from "./details/thread-details.tsx";
export { useBlocks, type Blocks } from "./hooks/use-blocks.ts";
export { useConnection, type Connection } from "./hooks/use-connection.ts";
export { useOpenReports } from "./hooks/use-open-reports.ts";
export { usePresence, type Presences } from "./hooks/use-presence.ts";
export { useRequests, type UserRequests } from "./hooks/use-requests.ts";
export { useThread, useThreadActions, useThreadState, type ThreadHandle } from "./hooks/use-thread.ts";
export { useThreads, type Threads } from "./hooks/use-threads.ts";
export { useTyping } from "./hooks/use-typing.ts";
export { useUnread } from "./hooks/use-unread.ts";
export type { Labels } from "./labels.ts";
export type { ModerationLabels } from "./moderation-labels.ts";
export { AuditLog } from "./moderation/audit-log.tsx";
export { Bans } from "./moderation/bans.tsx";
export { InvitationLinks } from "./moderation/invitation-links.tsx";
export { Invitations } from "./moderation/invitations.tsx";
export { ModerationTools } from "./moderation/moderation-tools.tsx";
export { Reports } from "./moderation/reports.tsx";
export { ThreadSettingsForm } from "./moderation/thread-settings-form.tsx";
export { MessageList } from "./message-list/message-list.tsx";
export { useMessageActions, type MessageActions } from "./message/message-actions.ts";
export { MessageText, type MessageTextProps } from "./message/message-text.tsx";
export { Message } from "./message/message.tsx";
export { Reactions, type ReactionsProps } from "./message/reactions.tsx";
export {
  LilypadProvider,
  useClient,
  type GivenClientProps,
  type LilypadProviderProps,
  type OwnClientProps,
} from "./provider.tsx";
export { BlockedPeople } from "./requests/blocked-people.tsx";
export { RequestBar } from "./requests/request-bar.tsx";
export { RequestItem, type RequestItemProps } from "./requests/request-item.tsx";
export { Requests, type RequestsComponents, type RequestsProps } from "./requests/requests.tsx";
export type { ThreadActions } from "./stores/room-store.ts";
export {
  ThreadList,
  ThreadListItem,
  type ThreadListComponents,
  type ThreadListItemProps,
  type ThreadListProps,
} from "./thread-list/thread-list.tsx";
export { ThreadHeader } from "./thread/thread-header.tsx";
export type { ThreadComponents } from "./thread/thread-context.tsx";
export { Thread, type ThreadProps } from "./thread/thread.tsx";
export { TypingIndicator } from "./thread/typing-indicator.tsx";
export { Composer } from "./composer/composer.tsx";
export { Avatar } from "./ui/avatar.tsx";
export { ConnectionNotice } from "./ui/connection-notice.tsx";
export type { MessageRowModel as MessageRow } from "../view/message-list/message-row-model.ts";
