/** One member of a thread, and what one may do about them. */
import { memo } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import type { Member, Role, ThreadInfo } from "../../protocol/model.ts";
import { mayChangeRole, mayRemove, type Standing } from "../../protocol/rights.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Failure } from "../ui/error-message.tsx";
import { MoreIcon } from "../ui/icons.tsx";
import { client } from "../session/session.ts";
import { useTask } from "../ui/use-async-action.ts";

const ROLE_NAMES: Record<Role, string> = { owner: "Owner", moderator: "Moderator", member: "Member" };
/** Another owner is made by nobody's mistake: not here. */
const GIVEN_ROLES: readonly Role[] = ["moderator", "member"];

export interface DetailsMemberProps {
  thread: ThreadInfo;
  member: Member;
  own: boolean;
  here: boolean;
  standing: Standing;
  onRemoved: () => void;
}

/** Rendered again only where something that it is given has changed: there may be thousands. */
export const DetailsMember = memo(Row);

function Row({ thread, member, own, here, standing, onRemoved }: DetailsMemberProps) {
  const { user, role } = member;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { busy, error, run } = useTask();
  // Of oneself there is "Leave chat", below; one's own role is for another owner to change.
  const roles = !own && mayChangeRole(thread.kind, standing) ? GIVEN_ROLES.filter((one) => one !== role) : [];
  const removable = !own && mayRemove(thread.kind, standing, false, role);

  const give = async (next: Role) => {
    if (!(await run(() => client.api.putMember(thread.id, user.id, next)))) return;
    setOpen(false);
    button.current?.focus();
  };
  const remove = async () => {
    if (await run(() => client.api.removeMember(thread.id, user.id))) onRemoved();
  };

  return (
    <li class="details-member">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} online={here} />
      <div class="details-member-text">
        <p>
          <bdi>{user.name}</bdi>
          {own && <span class="note"> (you)</span>}
        </p>
        <p class="note">
          {ROLE_NAMES[role]}
          {here && " · here"}
        </p>
      </div>
      {(removable || roles.length > 0) && (
        <button
          ref={button}
          type="button"
          class="icon-button"
          aria-label={`Actions for ${user.name}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <MoreIcon />
        </button>
      )}
      {open && (
        <div class="details-member-actions" role="group" aria-label={`Actions for ${user.name}`}>
          {roles.map((one) => (
            <button
              key={one}
              type="button"
              class="button-quiet"
              aria-disabled={busy}
              onClick={() => void give(one)}
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
          <Failure text={error} />
        </div>
      )}
    </li>
  );
}
