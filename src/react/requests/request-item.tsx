/** An invitation or a message request: who made it, and what can be done about it, in one tap each. */
import { useState, type ComponentType, type ReactElement } from "react";
import type { ThreadSummary, User } from "../../client/client.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useAsyncAction } from "../../view/use-async-action.ts";
import type { AvatarProps } from "../component-props.ts";
import { useLabels } from "../labels.ts";
import { requestErrorText } from "../request-error-text.ts";
import { Text, UserText } from "../ui/text.tsx";

export interface RequestItemProps {
  request: ThreadSummary;
  title: string;
  /** Who wants to write; absent for a group. */
  person: User | undefined;
  onAccept: () => Promise<unknown>;
  onDecline: () => Promise<unknown>;
  /** Absent where nobody is named who could be blocked. */
  onBlock: (() => Promise<unknown>) | undefined;
  Avatar: ComponentType<AvatarProps>;
}

export function RequestItem(props: RequestItemProps): ReactElement {
  const { request, title, person, onAccept, onDecline, onBlock, Avatar } = props;
  const labels = useLabels();
  const { busy, error, run } = useAsyncAction((failure) => requestErrorText(failure, labels));
  // What was answered goes with the server's event, a moment later.
  const [isAnswered, setAnswered] = useState(false);
  const answer = async (action: () => Promise<unknown>) => {
    if (!isAnswered && (await run(action))) setAnswered(true);
  };
  const isClosed = busy || isAnswered;
  const { id, invitedBy, lastMessage, memberCount = 0 } = request;
  const isolatedTitle = isolated(title);
  return (
    <>
      <Avatar id={person?.id ?? id} name={title} avatarUrl={person?.avatarUrl} />
      <UserText className="lilypad-threads-title" text={title} />
      <p className="lilypad-request-note">
        {person && lastMessage && <UserText text={lastMessage.preview} />}
        {person && !lastMessage && <Text>{labels.wantsToWrite}</Text>}
        {!person && invitedBy && <Text>{labels.invitedBy(isolated(invitedBy.name))}</Text>}
        {!person && invitedBy && " · "}
        {!person && <Text>{labels.members(memberCount)}</Text>}
      </p>
      <div className="lilypad-request-actions">
        <button
          type="button"
          className="lilypad-button"
          aria-label={labels.acceptRequest(isolatedTitle)}
          aria-disabled={isClosed}
          onClick={() => void answer(onAccept)}
        >
          <Text>{labels.accept}</Text>
        </button>
        <button
          type="button"
          className="lilypad-link-button"
          aria-label={labels.declineRequest(isolatedTitle)}
          aria-disabled={isClosed}
          onClick={() => void answer(onDecline)}
        >
          <Text>{labels.decline}</Text>
        </button>
        {onBlock && (
          <button
            type="button"
            className="lilypad-link-button lilypad-danger"
            aria-label={labels.blockPerson(isolated(invitedBy?.name ?? title))}
            aria-disabled={isClosed}
            onClick={() => void answer(onBlock)}
          >
            <Text>{labels.block}</Text>
          </button>
        )}
      </div>
      {error !== undefined && (
        <p className="lilypad-request-error lilypad-danger" role="alert">
          <Text>{error}</Text>
        </p>
      )}
    </>
  );
}
