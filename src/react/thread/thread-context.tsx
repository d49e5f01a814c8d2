/** Which thread the components within a `<Thread>` show, and what takes the place of their parts. */
import type {
  RequestBarProps,
  ThreadHeaderProps,
  ConnectionNoticeProps,
  MessageListProps,
  MessageProps,
  AvatarProps,
  TypingIndicatorProps,
  ComposerProps,
} from "../component-props.ts";
import { createContext, useContext, type ComponentType, type ReactNode } from "react";

/** Components of the host, each in the place of the one with this name. */
export interface ThreadComponents {
  ThreadHeader?: ComponentType<ThreadHeaderProps>;
  ConnectionNotice?: ComponentType<ConnectionNoticeProps>;
  MessageList?: ComponentType<MessageListProps>;
  Message?: ComponentType<MessageProps>;
  Avatar?: ComponentType<AvatarProps>;
  TypingIndicator?: ComponentType<TypingIndicatorProps>;
  RequestBar?: ComponentType<RequestBarProps>;
  Composer?: ComponentType<ComposerProps>;
}

export interface ThreadContextValue {
  thread: string | undefined;
  components: ThreadComponents;
  renderMessage: ((props: MessageProps) => ReactNode) | undefined;
  /** Where an application joins a thread by a link's code. */
  linkHref?: ((code: string) => string) | undefined;
  /** It is a stranger's request: addresses in it are not links. */
  isUnaccepted?: boolean;
  /** Called when the user wants no more of the thread. */
  onLeave?: (() => void) | undefined;
}

export const NO_COMPONENTS: ThreadComponents = {};

export const ThreadContext = createContext<ThreadContextValue>({
  thread: undefined,
  components: NO_COMPONENTS,
  renderMessage: undefined,
});

/** The thread that is given, else that of the `<Thread>` around the component. */
export function useThreadName(given: string | undefined): string {
  const { thread } = useContext(ThreadContext);
  const name = given ?? thread;
  if (name === undefined) throw new Error("Outside of a <Thread> this component needs the `thread` to show.");
  return name;
}
