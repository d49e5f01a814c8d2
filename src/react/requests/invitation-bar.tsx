/** In the place of a group that the user is invited into, whose messages they do not see yet. */
import { useContext, type ReactElement } from "react";
import type { ThreadSummary } from "../../client/client.ts";
import { isolated } from "../../view/text/bidi.ts";
import { requestTitle } from "../../view/contacts/incoming-request.ts";
import { useAnswers } from "../hooks/use-answers.ts";
import { useRequests } from "../hooks/use-requests.ts";
import { useThreadActions } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { ThreadContext } from "../thread/thread-context.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { UndoBar } from "../ui/undo-bar.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { RequestButtons } from "./request-buttons.tsx";

export interface InvitationBarProps {
  thread: string;
  invitation: ThreadSummary;
}

export function InvitationBar({ thread, invitation }: InvitationBarProps): ReactElement {
  const { id, invitedBy, memberCount = 0 } = invitation;
  const labels = useLabels();
  const { accept, decline, block, user } = useRequests();
  const { reconnect } = useThreadActions(thread);
  const { onLeave } = useContext(ThreadContext);
  const { busy, error, run } = useRequestAction();
  const answers = useAnswers();
  const { title } = requestTitle(invitation, user?.id ?? "", labels);
  const inviter = invitedBy && isolated(invitedBy.name);
  const leaving = (request: () => Promise<void>) => () => request().then(() => onLeave?.());
  return (
    <section className="lilypad-invitation" aria-label={labels.invitation}>
      {!answers.answered.has(id) && (
        <>
          <p>
            <Text>{labels.invitationMeaning(isolated(title), inviter, memberCount)}</Text>
          </p>
          <RequestButtons
            title={title}
            inviter={invitedBy?.name ?? title}
            isClosed={busy}
            onAccept={() => void run(() => accept(id)).then((isAccepted) => isAccepted && reconnect())}
            onDecline={() =>
              void answers.hold(
                id,
                "request declined",
                leaving(() => decline(id)),
              )
            }
            onBlock={
              invitedBy &&
              (() =>
                void answers.hold(
                  id,
                  "person blocked",
                  leaving(() => block(id)),
                ))
            }
          />
          <ErrorMessage text={error ?? answers.error} />
        </>
      )}
      <UndoBar removals={answers.held.filter(({ key }) => key === id)} onUndo={answers.undo} />
    </section>
  );
}
