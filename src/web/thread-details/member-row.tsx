/** One member of a thread, with the actions that the user has the right to. */
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { Member, Role, ThreadInfo } from "../../protocol/model.ts";
import { mayChangeRole, mayRemove, type Standing } from "../../protocol/rights.ts";
import { useChat } from "../chat.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../../view/text/bidi.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Menu } from "../ui/menu.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useAsyncAction } from "../ui/use-async-action.ts";
import "./member-row.css";

const ROLE_NAMES: Record<Role, string> = { owner: "Owner", moderator: "Moderator", member: "Member" };
/** Not owner: too much power to give by a misplaced click. */
const ASSIGNABLE_ROLES: readonly Role[] = ["moderator", "member"];

export interface MemberRowProps {
  thread: ThreadInfo;
  member: Member;
  /** Whether it is the user's own row. */
  own: boolean;
  /** Whether the member has the thread open. */
  here: boolean;
  ownRole: Standing;
}

/** Memoized: there may be thousands of rows, and only those whose props changed render again. */
export const MemberRow = memo(function MemberRow({ thread, member, own, here, ownRole }: MemberRowProps) {
  const { user, role } = member;
  const [removing, setRemoving] = useState(false);
  const { client } = useChat();
  const { error, run } = useAsyncAction();
  // None on the user's own row: "Leave chat" is a button of its own, and only another owner changes an owner's role.
  const roles =
    !own && mayChangeRole(thread.kind, ownRole) ? ASSIGNABLE_ROLES.filter((one) => one !== role) : [];
  const removable = !own && mayRemove(thread.kind, ownRole, false, role);

  return (
    <li class="member-row">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
      <div class="member-row-text">
        <p>
          <UserText text={user.name} />
          {own && <span class="note"> (you)</span>}
        </p>
        <p class="note">
          <Text>{here ? `${ROLE_NAMES[role]} · here` : ROLE_NAMES[role]}</Text>
        </p>
      </div>
      {(removable || roles.length > 0) && (
        <Menu label={`Actions for ${isolated(user.name)}`}>
          {roles.map((one) => (
            <button
              key={one}
              type="button"
              class="button-quiet"
              onClick={() => void run(() => client.api.putMember(thread.id, user.id, one))}
            >
              Make {one}
            </button>
          ))}
          {removable && (
            <button type="button" class="button-quiet button-danger" onClick={() => setRemoving(true)}>
              Remove
            </button>
          )}
        </Menu>
      )}
      <ErrorMessage text={error} />
      {removing && (
        <ConfirmDialog
          title={`Remove ${isolated(user.name)}?`}
          text="They will not get the messages of this chat any more."
          confirmLabel="Remove"
          action={() => client.api.removeMember(thread.id, user.id)}
          onDone={() => setRemoving(false)}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
});
