/** Who is invited into a thread and has not answered, for its moderators: an invitation can be withdrawn. */
import type { ReactElement } from "react";
import { isolated } from "../../view/text/bidi.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useLoadedList } from "../../view/use-loaded-list.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useContacts } from "../hooks/use-contacts.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { LoadedItems } from "./loaded-items.tsx";

export function Invitations(props: ThreadPartProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { invitations, withdraw } = useContacts();
  const { items, busy, error, act } = useLoadedList(() => invitations(thread), useErrorText());
  return (
    <LoadedItems
      label={labels.invitations}
      items={items}
      error={error}
      empty={labels.nobodyInvited}
      keyOf={({ user }) => user.id}
    >
      {({ user, by, at }) => (
        <>
          <p>
            <UserText text={user.name} />
          </p>
          <p className="lilypad-quiet">
            <Text>{labels.invitedBy(isolated(by.name))}</Text> · <Text>{formatDateTime(at)}</Text>
          </p>
          <div className="lilypad-steps">
            <button
              type="button"
              className="lilypad-quiet-button"
              aria-label={labels.withdrawFrom(isolated(user.name))}
              aria-disabled={busy}
              onClick={() => void act(() => withdraw(thread, user.id))}
            >
              <Text>{labels.withdraw}</Text>
            </button>
          </div>
        </>
      )}
    </LoadedItems>
  );
}
