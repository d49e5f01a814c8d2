/**
 * After a snapshot (too far behind for a replay), the older messages still shown may have been edited or
 * deleted meanwhile. They stay on screen and are asked for once more.
 */
import { PAGE_MAX } from "../protocol/limits.ts";
import type { Message } from "../protocol/model.ts";
import type { Api } from "./api.ts";
import { mergeMessages } from "./messages.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";

/** Asks again for what was shown before a snapshot and is older than it. */
export async function refreshOlder(
  api: Api,
  store: Store<RoomState>,
  threadId: string,
  { before, snapshot }: { before: RoomState; snapshot: readonly Message[] },
): Promise<void> {
  const oldest = before.messages[0]?.seq;
  let from = snapshot[0]?.seq;
  if (oldest === undefined || from === undefined) return;
  try {
    while (from > oldest && store.get().messages[0]?.seq === oldest) {
      const page = await api.messages(threadId, { before: from, limit: PAGE_MAX });
      const [first] = page.messages;
      if (!first) return;
      from = first.seq;
      store.update((state) => ({
        ...state,
        messages: mergeMessages(
          state.messages,
          page.messages.filter(({ seq }) => seq >= oldest),
        ),
      }));
    }
  } catch {
    // What cannot be confirmed is not shown: it can be loaded again by scrolling up.
    const confirmed = from;
    store.update((state) => ({
      ...state,
      messages: state.messages.filter(({ seq }) => seq >= confirmed),
      hasBefore: true,
    }));
  }
}
