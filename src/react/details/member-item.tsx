/** One member of a thread. */
import { memo, useContext, useState } from "react";
import type { Member } from "../../client/client.ts";
import { standingOf } from "../../protocol/rights.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useIsBlocked } from "../hooks/use-blocks.ts";
import { useStanding } from "../hooks/use-standing.ts";
import { useLabels } from "../labels.ts";
import { ThreadContext } from "../thread/thread-context.tsx";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { MoreIcon } from "../ui/icons.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { MemberMenu } from "./member-menu.tsx";

export interface MemberItemProps {
  thread: string;
  member: Member;
  /** Whether the member has the thread open. */
  here: boolean;
}

/** Memoized: there may be thousands, and only those whose props changed render again. */
export const MemberItem = memo(function MemberItem({ thread, member, here }: MemberItemProps) {
  const { user } = member;
  const labels = useLabels();
  const { components } = useContext(ThreadContext);
  const Avatar = components.Avatar ?? DefaultAvatar;
  const { userId } = useStanding(thread);
  const isBlocked = useIsBlocked([user.id]);
  const [button, setButton] = useState<HTMLElement>();
  const isOwn = user.id === userId;
  const isTimedOut = standingOf(member, Date.now()) === "timed out";
  const status = [
    labels.roles[member.role],
    ...(here ? [labels.here] : []),
    ...(isBlocked ? [labels.isBlocked] : []),
    ...(isTimedOut ? [labels.timedOutUntil(member.timeoutUntil ?? 0)] : []),
  ];
  const name = isolated(user.name);
  return (
    <li className="lilypad-member">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
      <div className="lilypad-member-text">
        <p>
          <UserText text={user.name} />
          {isOwn && (
            <span className="lilypad-quiet">
              {" "}
              <Text>{labels.isYou}</Text>
            </span>
          )}
        </p>
        <p className="lilypad-quiet">
          <Text>{status.join(" · ")}</Text>
        </p>
      </div>
      {!isOwn && (
        <button
          type="button"
          className="lilypad-icon-button"
          aria-label={labels.memberActions(name)}
          aria-haspopup="dialog"
          onClick={(event) => setButton(event.currentTarget)}
        >
          <MoreIcon />
        </button>
      )}
      {button && (
        <MemberMenu
          thread={thread}
          member={member}
          isTimedOut={isTimedOut}
          isBlocked={isBlocked}
          button={button}
          onClose={() => setButton(undefined)}
        />
      )}
    </li>
  );
});
