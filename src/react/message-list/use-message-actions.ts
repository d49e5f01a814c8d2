/** What the rows of a list can do, on its thread. */
import { useMemo } from "react";
import type { Message } from "../../client/client.ts";
import { createModeration } from "../../client/moderation/moderation.ts";
// The same rules as on the server, so that only what it would allow is offered.
import { mayErase } from "../../protocol/rights.ts";
import { isHost } from "../../protocol/system-user.ts";
import { areObjectsEqual } from "../hooks/use-selected.ts";
import { useThreadState } from "../hooks/use-thread.ts";
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
  const { client } = stores;
  const { actions, draft } = stores.thread(thread);
  const { userId, kind, role } = useThreadState(
    thread,
    ({ user, thread: info, you }) => ({ userId: user?.id, kind: info?.kind, role: you?.role }),
    areObjectsEqual,
  );
  return useMemo(() => {
    const moderation = createModeration(client);
    // What fails stays below its message, with the reason.
    const change = (stored: Promise<unknown>) => void stored.catch(() => undefined);
    return {
      mayEdit: ({ author }) => role !== undefined && author.id === userId,
      mayErase: ({ author }) => mayErase(kind ?? "direct", role ?? null, author.id === userId),
      mayReport: ({ author }) => author.id !== userId && !isHost(author),
      openMenu: (message, button) => openMenu({ message, button }),
      reply: (seq) => {
        // Chosen again, it takes the focus again.
        draft.change({ replyTo: undefined });
        draft.change({ replyTo: seq });
      },
      startEdit: (seq, text) => draft.change({ edit: text === undefined ? undefined : { seq, text } }),
      edit: (seq, body) => change(actions.edit(seq, body)),
      erase: (seq) => change(actions.erase(seq)),
      report: (seq, reason) => moderation.report(thread, seq, { reason }),
      toggleReaction: (seq, emoji, mine) =>
        change(mine ? actions.unreact(seq, emoji) : actions.react(seq, emoji)),
      retry: actions.retry,
      discard: actions.discard,
      loadQuoted: actions.loadQuoted,
      jumpTo,
    };
  }, [client, thread, actions, draft, userId, kind, role, openMenu, jumpTo]);
}
