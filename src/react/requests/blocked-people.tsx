/** Whom the user has blocked: each can be let back. */
import type { ReactElement } from "react";
import { allBlocks } from "../../view/contacts/all-blocks.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useLoadedList } from "../../view/use-loaded-list.ts";
import { useBlocks } from "../hooks/use-blocks.ts";
import { useContacts } from "../hooks/use-contacts.ts";
import { useLabels } from "../labels.ts";
import { LoadedItems } from "../moderation/loaded-items.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";

export function BlockedPeople(): ReactElement {
  const labels = useLabels();
  const contacts = useContacts();
  const { blocked } = useBlocks();
  const { items, busy, error, act } = useLoadedList(() => allBlocks(contacts), useErrorText(), blocked);
  return (
    <LoadedItems
      label={labels.blockedPeople}
      items={items}
      error={error}
      empty={labels.nobodyBlocked}
      keyOf={({ user }) => user.id}
    >
      {({ user }) => (
        <div className="lilypad-steps">
          <UserText className="lilypad-steps-name" text={user.name} />
          <button
            type="button"
            className="lilypad-quiet-button"
            aria-label={labels.unblockPerson(isolated(user.name))}
            aria-disabled={busy}
            onClick={() => void act(() => contacts.unblock(user.id))}
          >
            <Text>{labels.unblock}</Text>
          </button>
        </div>
      )}
    </LoadedItems>
  );
}
