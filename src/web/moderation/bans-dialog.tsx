/** Who is banned from a thread, until when and why; a ban can be lifted. */
import { isolated } from "../../view/text/bidi.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useChat } from "../chat-context.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useRequestList } from "../ui/use-request-list.ts";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";

export interface BansDialogProps {
  threadId: string;
  onClose: () => void;
}

export function BansDialog({ threadId, onClose }: BansDialogProps) {
  const moderation = useModeration();
  const { language } = useChat();
  const { items, busy, error, act } = useRequestList(
    async () => (await moderation.bans(threadId, { limit: 100 })).bans,
  );
  return (
    <Dialog title="Banned people" onClose={onClose}>
      {items === undefined && error === undefined && <p class="note">Loading…</p>}
      {items?.length === 0 && <p class="note">Nobody is banned.</p>}
      <ErrorMessage text={error} />
      <ul class="moderation-list">
        {items?.map(({ user, until, reason, at }) => (
          <li key={user.id}>
            <UserText as="p" text={user.name} />
            {reason !== undefined && <UserText as="p" text={reason} />}
            <p class="note">
              <Text>
                {until === undefined
                  ? `For good, since ${formatDateTime(at, language)}`
                  : `Until ${formatDateTime(until, language)}`}
              </Text>
            </p>
            <div class="moderation-steps">
              <button
                type="button"
                class="button-quiet"
                aria-label={`Lift ban of ${isolated(user.name)}`}
                aria-disabled={busy}
                onClick={() => void act(() => moderation.unban(threadId, user.id))}
              >
                Lift ban
              </button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
