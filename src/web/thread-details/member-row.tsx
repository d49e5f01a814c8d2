/** One member of a thread, with the actions that the user has the right to. */
import { memo } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import type { Member, Role, ThreadInfo } from "../../protocol/model.ts";
import { mayChangeRole, mayRemove, type Standing } from "../../protocol/rights.ts";
import { client } from "../session/session.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../ui/bidi.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { MoreIcon } from "../ui/icons.tsx";
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
  /** Whether the member is in the thread now. */
  online: boolean;
  ownRole: Standing;
  onRemoved: () => void;
}

/** Memoized: there may be thousands of rows, and only those whose props changed render again. */
export const MemberRow = memo(function MemberRow({
  thread,
  member,
  own,
  online,
  ownRole,
  onRemoved,
}: MemberRowProps) {
  const { user, role } = member;
  const [open, setOpen] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  const { busy, error, run } = useAsyncAction();
  // None on the user's own row: "Leave chat" is a button of its own, and only another owner changes an owner's role.
  const roles =
    !own && mayChangeRole(thread.kind, ownRole) ? ASSIGNABLE_ROLES.filter((one) => one !== role) : [];
  const removable = !own && mayRemove(thread.kind, ownRole, false, role);

  const assign = async (next: Role) => {
    if (!(await run(() => client.api.putMember(thread.id, user.id, next)))) return;
    setOpen(false);
    menuButton.current?.focus();
  };
  const remove = async () => {
    if (await run(() => client.api.removeMember(thread.id, user.id))) onRemoved();
  };

  return (
    <li class="member-row">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} online={online} />
      <div class="member-row-text">
        <p>
          <UserText text={user.name} />
          {own && <span class="note"> (you)</span>}
        </p>
        <p class="note">
          <Text>{online ? `${ROLE_NAMES[role]} · here` : ROLE_NAMES[role]}</Text>
        </p>
      </div>
      {(removable || roles.length > 0) && (
        <button
          ref={menuButton}
          type="button"
          class="icon-button"
          aria-label={`Actions for ${isolated(user.name)}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <MoreIcon />
        </button>
      )}
      {open && (
        <div class="member-row-actions" role="group" aria-label={`Actions for ${isolated(user.name)}`}>
          {roles.map((one) => (
            <button
              key={one}
              type="button"
              class="button-quiet"
              aria-disabled={busy}
              onClick={() => void assign(one)}
            >
              Make {one}
            </button>
          ))}
          {removable && (
            <button
              type="button"
              class="button-quiet button-danger"
              aria-disabled={busy}
              onClick={() => void remove()}
            >
              Remove
            </button>
          )}
          <ErrorMessage text={error} />
        </div>
      )}
    </li>
  );
});
