/** Who is invited and has not answered; an invitation can be withdrawn. */
import { isolated } from "../../view/text/bidi.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useChat } from "../chat-context.ts";
import { useContacts } from "../contacts/use-contacts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useRequestList } from "../ui/use-request-list.ts";
import "./moderation-list.css";

export interface InvitationsDialogProps {
  threadId: string;
  onClose: () => void;
}

export function InvitationsDialog({ threadId, onClose }: InvitationsDialogProps) {
  const contacts = useContacts();
  const { language } = useChat();
  const { items, busy, error, act } = useRequestList(() => contacts.invitations(threadId));
  return (
    <Dialog title="Pending invitations" onClose={onClose}>
      {items === undefined && error === undefined && <p class="note">Loading…</p>}
      {items?.length === 0 && <p class="note">Nobody is invited.</p>}
      <ErrorMessage text={error} />
      <ul class="moderation-list">
        {items?.map(({ user, by, at }) => (
          <li key={user.id}>
            <UserText as="p" text={user.name} />
            <p class="note">
              Invited by <UserText text={by.name} /> · <Text>{formatDateTime(at, language)}</Text>
            </p>
            <div class="moderation-steps">
              <button
                type="button"
                class="button-quiet"
                aria-label={`Withdraw the invitation of ${isolated(user.name)}`}
                aria-disabled={busy}
                onClick={() => void act(() => contacts.withdraw(threadId, user.id))}
              >
                Withdraw
              </button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
