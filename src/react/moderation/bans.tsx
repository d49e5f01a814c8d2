/** Who is banned from a thread, until when and why, for its moderators: a ban can be lifted. */
import type { ReactElement } from "react";
import { isolated } from "../../view/text/bidi.ts";
import { useLoadedList } from "../../view/use-loaded-list.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { LoadedItems } from "./loaded-items.tsx";

export function Bans(props: ThreadPartProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const { bans, unban } = useModeration();
  const { items, busy, error, act } = useLoadedList(
    async () => (await bans(thread, { limit: 100 })).bans,
    useErrorText(),
  );
  return (
    <LoadedItems
      label={labels.bannedPeople}
      items={items}
      error={error}
      empty={labels.nobodyBanned}
      keyOf={({ user }) => user.id}
    >
      {({ user, until, reason, at }) => (
        <>
          <p>
            <UserText text={user.name} />
          </p>
          {reason !== undefined && (
            <p>
              <UserText text={reason} />
            </p>
          )}
          <p className="lilypad-quiet">
            <Text>{until === undefined ? labels.bannedSince(at) : labels.bannedUntil(until)}</Text>
          </p>
          <div className="lilypad-steps">
            <button
              type="button"
              className="lilypad-quiet-button"
              aria-label={labels.liftBanOf(isolated(user.name))}
              aria-disabled={busy}
              onClick={() => void act(() => unban(thread, user.id))}
            >
              <Text>{labels.liftBan}</Text>
            </button>
          </div>
        </>
      )}
    </LoadedItems>
  );
}
