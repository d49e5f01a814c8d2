/** An invitation or a message request: who made it, and what can be done about it, in one tap each. */
import { useState, type ComponentType, type ReactElement } from "react";
import type { ThreadSummary, User } from "../../client/client.ts";
import { isolated } from "../../view/text/bidi.ts";
import type { AvatarProps } from "../component-props.ts";
import { useLabels } from "../labels.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { RequestButtons } from "./request-buttons.tsx";

export interface RequestItemProps {
  request: ThreadSummary;
  title: string;
  /** Who wants to write; absent for a group. */
  person: User | undefined;
  onAccept: () => Promise<unknown>;
  /** It can be taken back for some seconds, as blocking can. */
  onDecline: () => Promise<unknown>;
  /** Absent where nobody is named who could be blocked. */
  onBlock: (() => Promise<unknown>) | undefined;
  Avatar: ComponentType<AvatarProps>;
}

export function RequestItem(props: RequestItemProps): ReactElement {
  const { request, title, person, onAccept, onDecline, onBlock, Avatar } = props;
  const labels = useLabels();
  const { busy, error, run } = useRequestAction();
  // What was answered goes with the server's event, a moment later.
  const [isAnswered, setAnswered] = useState(false);
  const answer = async (action: () => Promise<unknown>) => {
    if (!isAnswered && (await run(action))) setAnswered(true);
  };
  const { id, invitedBy, lastMessage, memberCount = 0 } = request;
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
      <RequestButtons
        title={title}
        inviter={invitedBy?.name ?? title}
        isClosed={busy || isAnswered}
        onAccept={() => void answer(onAccept)}
        onDecline={() => void answer(onDecline)}
        onBlock={onBlock && (() => void answer(onBlock))}
      />
      <ErrorMessage text={error} />
    </>
  );
}
