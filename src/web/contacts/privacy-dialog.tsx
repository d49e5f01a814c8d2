/** Who may write to the user, and whom they have blocked. */
import { allBlocks } from "../../view/contacts/all-blocks.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useRequestList } from "../ui/use-request-list.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { UserText } from "../ui/text.tsx";
import { WHO_MAY_WRITE } from "../../view/contacts/privacy-text.ts";
import { useContacts } from "./use-contacts.ts";
import "./privacy-dialog.css";

export function PrivacyDialog({ onClose }: { onClose: () => void }) {
  const contacts = useContacts();
  const { items, busy, error, act } = useRequestList(() => allBlocks(contacts));
  return (
    <Dialog title="Privacy" onClose={onClose}>
      <p>{WHO_MAY_WRITE}</p>
      <section class="dialog-part" aria-labelledby="blocked-people">
        <h3 id="blocked-people" class="privacy-head note">
          Blocked people
        </h3>
        {items === undefined && error === undefined && <p class="note">Loading…</p>}
        {items?.length === 0 && <p class="note">You have blocked nobody.</p>}
        <ErrorMessage text={error} />
        <ul>
          {items?.map(({ user }) => (
            <li key={user.id} class="blocked-person">
              <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
              <UserText as="p" text={user.name} />
              <button
                type="button"
                class="button-quiet"
                aria-label={`Unblock ${isolated(user.name)}`}
                aria-disabled={busy}
                onClick={() => void act(() => contacts.unblock(user.id))}
              >
                Unblock
              </button>
            </li>
          ))}
        </ul>
      </section>
    </Dialog>
  );
}
