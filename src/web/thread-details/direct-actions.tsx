/** What can be done about the other person of a direct thread, and about the thread. */
import type { User } from "../../protocol/model.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useChat } from "../chat-context.ts";
import { useContacts } from "../contacts/use-contacts.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useSelected } from "../ui/use-store.ts";
import "./leave-or-delete.css";

export interface DirectActionsProps {
  threadId: string;
  other: User;
  user: User;
}

export function DirectActions({ threadId, other, user }: DirectActionsProps) {
  const { client, views } = useChat();
  const contacts = useContacts();
  const { busy, error, run } = useRequestAction();
  const isBlocked = useSelected(client.presence(), ({ blocked }) => blocked.has(other.id));
  const hide = async () => {
    if (await run(() => contacts.hide(threadId, user.id))) views.leave(threadId);
  };
  return (
    <section class="leave-or-delete" aria-label="Hide or block">
      <button type="button" class="button-quiet" aria-disabled={busy} onClick={() => void hide()}>
        Hide chat until the next message
      </button>
      <button
        type="button"
        class={isBlocked ? "button-quiet" : "button-quiet button-danger"}
        aria-disabled={busy}
        onClick={() => void run(() => (isBlocked ? contacts.unblock(other.id) : contacts.block(other.id)))}
      >
        <Text>{`${isBlocked ? "Unblock" : "Block"} ${isolated(other.name)}`}</Text>
      </button>
      <p class="note">
        <Text>
          {isBlocked
            ? "Neither of you can write here, or see whether the other is online."
            : "Who is blocked cannot write to you or invite you, and is not notified of it."}
        </Text>
      </p>
      <ErrorMessage text={error} />
    </section>
  );
}
