/** What the user may do about a member: their role, a timeout, a block, removing them, a ban. */
import { useState, type ReactElement } from "react";
import type { Member, Role } from "../../client/client.ts";
// The same rules as on the server, so that only what it would allow is offered.
import { mayChangeRole, mayRemove, mayRestrain } from "../../protocol/rights.ts";
import { isolated } from "../../view/text/bidi.ts";
import { useContacts } from "../hooks/use-contacts.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useStanding } from "../hooks/use-standing.ts";
import { useLabels } from "../labels.ts";
import { BanForm, TimeoutForm } from "../moderation/restraint-form.tsx";
import { useStores } from "../provider.tsx";
import { ActionForm } from "../ui/action-form.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { FloatingMenu } from "../ui/floating-menu.tsx";
import { MenuItem } from "../ui/menu-item.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";

/** Not owner: too much power to give by a misplaced click. */
const ASSIGNABLE_ROLES = ["moderator", "member"] as const satisfies readonly Role[];

export interface MemberMenuProps {
  thread: string;
  member: Member;
  isTimedOut: boolean;
  isBlocked: boolean;
  button: HTMLElement;
  onClose: () => void;
}

export function MemberMenu(props: MemberMenuProps): ReactElement {
  const { thread, member, isTimedOut, isBlocked, button, onClose } = props;
  const { user, role } = member;
  const labels = useLabels();
  const { client } = useStores();
  const { timeOut } = useModeration();
  const { block, unblock } = useContacts();
  const { kind, standing } = useStanding(thread);
  const [pane, setPane] = useState<"actions" | "timeout" | "remove" | "ban">("actions");
  const { busy, error, run } = useRequestAction();
  const name = isolated(user.name);
  const isRestrainable = mayRestrain(kind, standing, false, role);
  return (
    <FloatingMenu label={labels.memberActions(name)} button={button} pane={pane} onClose={onClose}>
      {(close) => {
        const person = { thread, person: user, onClose: close };
        if (pane === "timeout") return <TimeoutForm {...person} />;
        if (pane === "ban") return <BanForm {...person} />;
        if (pane === "remove") {
          return (
            <ActionForm
              title={labels.confirmRemove(name)}
              confirmLabel={labels.remove}
              action={() => client.api.removeMember(thread, user.id)}
              onDone={close}
              onCancel={close}
            />
          );
        }
        const send = (request: () => Promise<unknown>) => () =>
          void run(request).then((isDone) => isDone && close());
        return (
          <div className="lilypad-menu-items" aria-busy={busy}>
            {mayChangeRole(kind, standing) &&
              ASSIGNABLE_ROLES.filter((one) => one !== role).map((one) => (
                <MenuItem
                  key={one}
                  text={labels.makeRole[one]}
                  onChoose={send(() => client.api.putMember(thread, user.id, one))}
                />
              ))}
            {isRestrainable && !isTimedOut && (
              <MenuItem text={labels.timeOutMember} onChoose={() => setPane("timeout")} />
            )}
            {isRestrainable && isTimedOut && (
              <MenuItem text={labels.endTimeout} onChoose={send(() => timeOut(thread, user.id, null))} />
            )}
            {isBlocked ? (
              <MenuItem text={labels.unblock} onChoose={send(() => unblock(user.id))} />
            ) : (
              <MenuItem text={labels.block} isDanger onChoose={send(() => block(user.id))} />
            )}
            {mayRemove(kind, standing, false, role) && (
              <MenuItem text={labels.remove} isDanger onChoose={() => setPane("remove")} />
            )}
            {isRestrainable && <MenuItem text={labels.banMember} isDanger onChoose={() => setPane("ban")} />}
            <ErrorMessage text={error} />
          </div>
        );
      }}
    </FloatingMenu>
  );
}
