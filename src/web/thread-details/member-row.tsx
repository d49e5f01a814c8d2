/** One member of a thread, with the actions that the user has the right to. */
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import type { Member, Role, ThreadInfo } from "../../protocol/model.ts";
import { mayChangeRole, mayRemove, mayRestrain, standingOf, type Standing } from "../../protocol/rights.ts";
import { useChat } from "../chat-context.ts";
import { useContacts } from "../contacts/use-contacts.ts";
import { useModerationDialog } from "../moderation/use-moderation-dialog.tsx";
import { useModeration } from "../moderation/use-moderation.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../../view/text/bidi.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Menu } from "../ui/menu.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useSelected } from "../ui/use-store.ts";
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
  ownStanding: Standing;
}

function statusText(
  { role }: Member,
  here: boolean,
  isBlocked: boolean,
  timeout: number | undefined,
  language: string | undefined,
): string {
  const parts = [
    ROLE_NAMES[role],
    here && "here",
    isBlocked && "blocked",
    timeout !== undefined && `timed out until ${formatDateTime(timeout, language)}`,
  ];
  return parts.filter((part) => part !== false).join(" · ");
}

/** Memoized: there may be thousands of rows, and only those whose props changed render again. */
export const MemberRow = memo(function MemberRow({ thread, member, own, here, ownStanding }: MemberRowProps) {
  const { user, role } = member;
  const [removing, setRemoving] = useState(false);
  const { client, language } = useChat();
  const { error, run } = useRequestAction();
  const moderation = useModeration();
  const contacts = useContacts();
  const { ask, dialog } = useModerationDialog(thread.id, () => void run(() => Promise.reject(new Error())));
  const isBlocked = useSelected(client.presence(), ({ blocked }) => blocked.has(user.id));
  const timeout = standingOf(member, Date.now()) === "timed out" ? member.timeoutUntil : undefined;
  // None on the user's own row: "Leave chat" is a button of its own, and only another owner changes an owner's role.
  const roles =
    !own && mayChangeRole(thread.kind, ownStanding) ? ASSIGNABLE_ROLES.filter((one) => one !== role) : [];
  const removable = !own && mayRemove(thread.kind, ownStanding, false, role);
  const restrainable = mayRestrain(thread.kind, ownStanding, own, role);

  return (
    <li class="member-row">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} />
      <div class="member-row-text">
        <p>
          <UserText text={user.name} />
          {own && <span class="note"> (you)</span>}
        </p>
        <p class="note">
          <Text>{statusText(member, here, isBlocked, timeout, language)}</Text>
        </p>
      </div>
      {!own && (
        <Menu label={`Actions for ${isolated(user.name)}`}>
          {roles.map((one) => (
            <MenuItem
              key={one}
              text={`Make ${one}`}
              onChoose={() => void run(() => client.api.putMember(thread.id, user.id, one))}
            />
          ))}
          {restrainable &&
            (timeout === undefined ? (
              <MenuItem text="Time out…" onChoose={() => ask({ type: "timeout", person: user })} />
            ) : (
              <MenuItem
                text="End timeout"
                onChoose={() => void run(() => moderation.timeOut(thread.id, user.id, null))}
              />
            ))}
          {isBlocked ? (
            <MenuItem text="Unblock" onChoose={() => void run(() => contacts.unblock(user.id))} />
          ) : (
            <MenuItem text="Block" danger onChoose={() => void run(() => contacts.block(user.id))} />
          )}
          {removable && <MenuItem text="Remove" danger onChoose={() => setRemoving(true)} />}
          {restrainable && (
            <MenuItem text="Ban…" danger onChoose={() => ask({ type: "ban", person: user })} />
          )}
        </Menu>
      )}
      <ErrorMessage text={error} />
      {dialog}
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

interface MenuItemProps {
  text: string;
  /** Whether it takes something away. */
  danger?: boolean;
  onChoose: () => void;
}

function MenuItem({ text, danger = false, onChoose }: MenuItemProps) {
  return (
    <button type="button" class={danger ? "button-quiet button-danger" : "button-quiet"} onClick={onChoose}>
      {text}
    </button>
  );
}
