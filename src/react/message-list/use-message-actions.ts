/** What the rows of a list can do, on its thread. */
import { useMemo } from "react";
import type { Message } from "../../client/client.ts";
// The same rules as on the server, so that only what it would allow is offered.
import { may, mayErase, mayRestrain } from "../../protocol/rights.ts";
import { isHost } from "../../protocol/system-user.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useStanding } from "../hooks/use-standing.ts";
import type { MessageActions } from "../message/message-actions.ts";
import { useStores } from "../provider.tsx";

export interface OpenedMenu {
  message: Message;
  button: HTMLElement;
}

/** The object stays the same while the user's rights do. `openMenu` and `jumpTo` stay the same. */
export function useActionsOf(
  thread: string,
  openMenu: (opened: OpenedMenu) => void,
  jumpTo: (seq: number) => void,
): MessageActions {
  const stores = useStores();
  const store = stores.thread(thread);
  const { actions, draft } = store;
  const { report } = useModeration();
  const { userId, kind, standing, locked } = useStanding(thread);
  return useMemo(() => {
    // What fails stays below its message, with the reason.
    const change = (stored: Promise<unknown>) => void stored.catch(() => undefined);
    return {
      mayEdit: ({ author }) => author.id === userId && may("edit", kind, standing, { locked }),
      mayErase: ({ author }) => mayErase(kind, standing, author.id === userId),
      mayReport: ({ author }) => author.id !== userId && !isHost(author),
      mayRestrain: ({ author }) => {
        const { members } = store.getSnapshot();
        const role = members.find(({ user }) => user.id === author.id)?.role ?? null;
        return !isHost(author) && mayRestrain(kind, standing, author.id === userId, role);
      },
      openMenu: (message, button) => openMenu({ message, button }),
      reply: (seq) => {
        // Chosen again, it takes the focus again.
        draft.change({ replyTo: undefined });
        draft.change({ replyTo: seq });
      },
      startEdit: (seq, text) => draft.change({ edit: text === undefined ? undefined : { seq, text } }),
      edit: (seq, body) => change(actions.edit(seq, body)),
      erase: (seq) => change(actions.erase(seq)),
      report: (seq, reason, note = "") => report(thread, seq, { reason, ...(note !== "" && { note }) }),
      toggleReaction: (seq, emoji, mine) =>
        change(mine ? actions.unreact(seq, emoji) : actions.react(seq, emoji)),
      retry: actions.retry,
      discard: actions.discard,
      loadQuoted: actions.loadQuoted,
      jumpTo,
    };
  }, [thread, store, actions, draft, report, userId, kind, standing, locked, openMenu, jumpTo]);
}
