/** Who has invited the user, or wants to write to them. Nothing where there is nobody. */
import type { ComponentType, ReactElement } from "react";
import type { ThreadSummary } from "../../client/client.ts";
import { requestTitle } from "../../view/contacts/incoming-request.ts";
import type { AvatarProps } from "../component-props.ts";
import { useAnswers } from "../hooks/use-answers.ts";
import { useRequests } from "../hooks/use-requests.ts";
import { useLabels } from "../labels.ts";
import { Avatar as DefaultAvatar } from "../ui/avatar.tsx";
import { classNames } from "../ui/class-names.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { UndoBar } from "../ui/undo-bar.tsx";
import { RequestItem, type RequestItemProps } from "./request-item.tsx";

/** Components of the host, each in the place of the one with this name. */
export interface RequestsComponents {
  RequestItem?: ComponentType<RequestItemProps>;
  Avatar?: ComponentType<AvatarProps>;
}

export interface RequestsProps {
  /** Called with a request that the user has accepted: to open its thread, for instance. */
  onAccept?: ((request: ThreadSummary) => void) | undefined;
  className?: string | undefined;
  components?: RequestsComponents | undefined;
}

const NO_COMPONENTS: RequestsComponents = {};

export function Requests(props: RequestsProps): ReactElement | null {
  const { onAccept, className, components = NO_COMPONENTS } = props;
  const { RequestItem: Item = RequestItem, Avatar = DefaultAvatar } = components;
  const labels = useLabels();
  const { requests, user, accept, decline, block } = useRequests();
  const answers = useAnswers();
  const waiting = requests.filter(({ id }) => !answers.answered.has(id));
  if (!user || (waiting.length === 0 && answers.held.length === 0)) return null;
  return (
    <section className={classNames("lilypad", "lilypad-requests", className)} aria-label={labels.requests}>
      <h2 className="lilypad-requests-head" aria-hidden="true">
        <Text>{labels.requests}</Text>
      </h2>
      {waiting.length > 0 && (
        <p className="lilypad-requests-note lilypad-quiet">
          <Text>{labels.whoMayWrite}</Text>
        </p>
      )}
      <ul>
        {waiting.map((request) => {
          const { id, invitedBy } = request;
          return (
            <li key={id} className="lilypad-request">
              <Item
                request={request}
                {...requestTitle(request, user.id, labels)}
                onAccept={() => accept(id).then(() => onAccept?.(request))}
                onDecline={() => answers.hold(id, "request declined", () => decline(id))}
                onBlock={invitedBy && (() => answers.hold(id, "person blocked", () => block(id)))}
                Avatar={Avatar}
              />
            </li>
          );
        })}
      </ul>
      <ErrorMessage text={answers.error} />
      <UndoBar removals={answers.held} onUndo={answers.undo} />
    </section>
  );
}
