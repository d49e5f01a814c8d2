/** A whole conversation: its header, its messages, who is typing, and where the user writes. */
import { useMemo, type CSSProperties, type ReactElement, type ReactNode } from "react";
import { Composer as DefaultComposer } from "../composer/composer.tsx";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { MessageList as DefaultMessageList } from "../message-list/message-list.tsx";
import type { MessageProps } from "../component-props.ts";
import { classNames } from "../ui/class-names.ts";
import { ConnectionNotice as DefaultConnectionNotice } from "../ui/connection-notice.tsx";
import { Text } from "../ui/text.tsx";
import { NO_COMPONENTS, ThreadContext, type ThreadComponents } from "./thread-context.tsx";
import { ThreadHeader as DefaultThreadHeader } from "./thread-header.tsx";
import { TypingIndicator as DefaultTypingIndicator } from "./typing-indicator.tsx";

export interface ThreadProps {
  /** The thread's id, or `key:KEY` with the host's key. */
  thread: string;
  className?: string | undefined;
  style?: CSSProperties | undefined;
  /** Components of your own in the place of parts. Keep the object: another one at each render draws everything again. */
  components?: ThreadComponents | undefined;
  /** Draws each message; it may return `<Message {...props} />`. Keep the function, as above. */
  renderMessage?: ((props: MessageProps) => ReactNode) | undefined;
  /** In the place of all parts: put `<MessageList />`, `<Composer />` and others where you want them. */
  children?: ReactNode;
}

export function Thread(props: ThreadProps): ReactElement {
  const { thread, className, style, components = NO_COMPONENTS, renderMessage, children } = props;
  const context = useMemo(() => ({ thread, components, renderMessage }), [thread, components, renderMessage]);
  return (
    <ThreadContext.Provider value={context}>
      <section className={classNames("lilypad", "lilypad-thread", className)} style={style}>
        {/* Another thread is another conversation: nothing of what is open in one stays in the other. */}
        {children ?? <Parts key={thread} thread={thread} components={components} />}
      </section>
    </ThreadContext.Provider>
  );
}

function Parts({ thread, components }: { thread: string; components: ThreadComponents }): ReactElement {
  const labels = useLabels();
  const isUnknown = useThreadState(thread, (state) => state.connection === "stopped" && !state.ready);
  const {
    ThreadHeader = DefaultThreadHeader,
    ConnectionNotice = DefaultConnectionNotice,
    MessageList = DefaultMessageList,
    TypingIndicator = DefaultTypingIndicator,
    Composer = DefaultComposer,
  } = components;
  if (isUnknown) {
    return (
      <p className="lilypad-note" role="status">
        <Text>{labels.notFound}</Text>
      </p>
    );
  }
  return (
    <>
      <ThreadHeader />
      <ConnectionNotice />
      <MessageList />
      <TypingIndicator />
      <Composer />
    </>
  );
}
