/** What can be done about a direct thread, and about the other person of it. */
import type { ReactElement } from "react";
import type { User } from "../../client/client.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useBlocks } from "../hooks/use-blocks.ts";
import { useContacts } from "../hooks/use-contacts.ts";
import { useLabels } from "../labels.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";

export interface DirectActionsProps {
  thread: string;
  userId: string;
  other: User;
  /** Called when it is hidden. */
  onLeave: () => void;
}

export function DirectActions({ thread, userId, other, onLeave }: DirectActionsProps): ReactElement {
  const labels = useLabels();
  const { hide } = useContacts();
  const { blocked, block, unblock } = useBlocks();
  const { busy, error, run } = useRequestAction();
  const isBlocked = blocked.has(other.id);
  const name = isolated(other.name);
  return (
    <div className="lilypad-thread-actions">
      <button
        type="button"
        className="lilypad-quiet-button"
        aria-disabled={busy}
        onClick={() => void run(() => hide(thread, userId)).then((isHidden) => isHidden && onLeave())}
      >
        <Text>{labels.hide}</Text>
      </button>
      <button
        type="button"
        className={isBlocked ? "lilypad-quiet-button" : "lilypad-quiet-button lilypad-danger"}
        aria-disabled={busy}
        onClick={() => void run(() => (isBlocked ? unblock(other.id) : block(other.id)))}
      >
        <Text>{isBlocked ? labels.unblockPerson(name) : labels.blockPerson(name)}</Text>
      </button>
      <p className="lilypad-quiet">
        <Text>{isBlocked ? labels.blockedMeaning : labels.blockMeaning}</Text>
      </p>
      <ErrorMessage text={error} />
    </div>
  );
}
