/** Loads the page above the oldest message shown. */
import type { Api } from "./api.ts";
import { withOlder } from "./room-pages.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";

const OLDER_PAGE = 50;

/** Does nothing while a page is loading or none is left. */
export async function loadOlderMessages(api: Api, store: Store<RoomState>, threadId: string): Promise<void> {
  const { hasBefore, loadingBefore, messages } = store.get();
  const oldest = messages[0];
  if (!hasBefore || loadingBefore || !oldest) return;
  store.update((state) => ({ ...state, loadingBefore: true }));
  try {
    const page = await api.messages(threadId, { before: oldest.seq, limit: OLDER_PAGE });
    store.update((state) =>
      state.messages[0]?.seq === oldest.seq
        ? withOlder(state, page.messages, page.hasBefore)
        : { ...state, loadingBefore: false },
    );
  } catch (error) {
    store.update((state) => ({ ...state, loadingBefore: false }));
    throw error;
  }
}
