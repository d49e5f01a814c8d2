/** In a thread that is a message request: what it is, and what can be done about it. Nothing in any other thread. */
import { useContext, useState, type ReactElement } from "react";
import type { RoomState } from "../../client/client.ts";
import { blockInviter, isUnaccepted } from "../../view/contacts/incoming-request.ts";
import { isolated } from "../../view/text/bidi.ts";
import type { RequestBarProps } from "../component-props.ts";
import { useAnswers } from "../hooks/use-answers.ts";
import { useContacts } from "../hooks/use-contacts.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { ThreadContext, useThreadName } from "../thread/thread-context.tsx";
import { classNames } from "../ui/class-names.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { UndoBar } from "../ui/undo-bar.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { RequestButtons } from "./request-buttons.tsx";

/** Who is not a member of a direct thread that they see has yet to accept it. */
function requestIn(state: RoomState) {
  const { ready, connection, thread, user, members } = state;
  const isRequest = ready && connection !== "stopped" && isUnaccepted(state);
  return {
    id: isRequest ? thread?.id : undefined,
    invitedBy: members.find((member) => member.user.id !== user?.id)?.user,
  };
}

export function RequestBar(props: RequestBarProps): ReactElement | null {
  const thread = useThreadName(props.thread);
  const { id, invitedBy } = useThreadState(thread, requestIn, areObjectsEqual);
  // What was answered in another thread says nothing of this one.
  return id === undefined ? null : (
    <OpenRequest key={id} id={id} invitedBy={invitedBy} className={props.className} />
  );
}

interface OpenRequestProps extends Pick<RequestBarProps, "className"> {
  id: string;
  invitedBy: ReturnType<typeof requestIn>["invitedBy"];
}

function OpenRequest({ id, invitedBy, className }: OpenRequestProps): ReactElement {
  const labels = useLabels();
  const contacts = useContacts();
  const { onLeave } = useContext(ThreadContext);
  const { busy, error, run } = useRequestAction();
  const answers = useAnswers();
  // Once it is declined, the thread goes on as it was: who writes in it accepts all the same.
  const [isDeclined, setDeclined] = useState(false);
  const name = invitedBy?.name ?? labels.somebody;
  const decline = async (request: () => Promise<void>) => {
    await request();
    setDeclined(true);
    onLeave?.();
  };
  const held = answers.held.filter(({ key }) => key === id);
  const isAsked = !isDeclined && !answers.answered.has(id);
  return (
    <section
      className={classNames("lilypad", isAsked && "lilypad-request-bar", className)}
      aria-label={labels.messageRequest}
    >
      {isAsked && (
        <>
          <p>
            <Text>{labels.requestMeaning(isolated(name))}</Text>
          </p>
          <RequestButtons
            title={name}
            inviter={name}
            isClosed={busy}
            onAccept={() => void run(() => contacts.accept(id))}
            onDecline={() =>
              void answers.hold(id, "request declined", () => decline(() => contacts.decline(id)))
            }
            onBlock={
              invitedBy &&
              (() =>
                void answers.hold(id, "person blocked", () =>
                  decline(() => blockInviter(contacts, { id, invitedBy })),
                ))
            }
          />
          <ErrorMessage text={error ?? answers.error} />
        </>
      )}
      <UndoBar removals={held} onUndo={answers.undo} />
    </section>
  );
}
