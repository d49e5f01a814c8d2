/** Above a thread: its title, its topic, how many are in it or whether the other one is here, and a button to its details. */
import type { ThreadHeaderProps } from "../component-props.ts";
import { useContext, useMemo, useState, type ReactElement } from "react";
import { isolated } from "../../view/text/bidi.ts";
import { settingsTexts } from "../../view/text/settings-text.ts";
import { otherMember, threadTitle } from "../../view/text/thread-title.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useLabels } from "../labels.ts";
import { ThreadDetails } from "../details/thread-details.tsx";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { MoreIcon } from "../ui/icons.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { ThreadContext, useThreadName } from "./thread-context.tsx";

export function ThreadHeader(props: ThreadHeaderProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { components, onLeave } = useContext(ThreadContext);
  const Avatar = components.Avatar ?? DefaultAvatar;
  const [isOpen, setOpen] = useState(false);
  const { info, members, memberCount, online, user, isStopped } = useThreadState(
    thread,
    (state) => ({
      info: state.thread,
      members: state.members,
      memberCount: state.memberCount,
      online: state.online,
      user: state.user,
      isStopped: state.connection === "stopped",
    }),
    areObjectsEqual,
  );
  const titled = useMemo(
    () => info && { ...info, members: members.map((member) => member.user), memberCount },
    [info, members, memberCount],
  );
  // Of the same height before anything is known.
  if (!titled || !user) return <header className="lilypad-header" aria-busy="true" />;
  const title = threadTitle(titled, user.id, labels);
  const other = otherMember(titled, user.id);
  const topic = titled.topic ?? undefined;
  const isOtherHere = online.some((one) => one.id === other?.id);
  return (
    <header className="lilypad-header">
      <Avatar id={other?.id ?? titled.id} name={title} avatarUrl={other?.avatarUrl} online={isOtherHere} />
      <div className="lilypad-header-text">
        <h2 className="lilypad-header-title">
          <UserText text={title} />
        </h2>
        <p className="lilypad-header-note" title={topic}>
          {titled.kind !== "direct" && <Text>{labels.members(memberCount)}</Text>}
          {settingsTexts(titled, labels).map((text) => (
            <Text key={text}>{` · ${text}`}</Text>
          ))}
          {topic !== undefined && (
            <>
              {" · "}
              <UserText className="lilypad-header-topic" text={topic} />
            </>
          )}
          {titled.kind === "direct" && isOtherHere && <Text>{labels.online}</Text>}
        </p>
      </div>
      {!isStopped && (
        <button
          type="button"
          className="lilypad-icon-button"
          aria-label={labels.detailsOf(isolated(title))}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          <MoreIcon />
        </button>
      )}
      {isOpen && !isStopped && (
        <Dialog title={labels.details} onClose={() => setOpen(false)}>
          <ThreadDetails
            thread={thread}
            onLeave={() => {
              setOpen(false);
              onLeave?.();
            }}
          />
        </Dialog>
      )}
    </header>
  );
}
