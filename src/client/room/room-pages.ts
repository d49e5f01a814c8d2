/** What a room loads over HTTP besides the socket: older messages, those that replies quote, further members. */
import { PAGE_MAX } from "../../protocol/limits.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/model.ts";
import type { Api } from "../http/api.ts";
import type { Meanwhile } from "../connection/connected-store.ts";
import { mergeMessages } from "./messages.ts";
import { reduceRoom, mergeMembers } from "./room-reducer.ts";
import { EMPTY_ROOM, type RoomState } from "./room-state.ts";
import type { Store } from "../store/store.ts";

/** How far back a room is made whole after a snapshot: 2,000 messages. */
const REFRESH_PAGES = 10;

export interface RoomPages {
  /** After a snapshot the state has the first members only, and nothing quoted is known to be as it was. */
  restart(): void;
  /** Loads the page above the oldest message shown. Does nothing while one is loading or none is left. */
  older(): Promise<void>;
  /** Loads the next page of members; the first ones again where a snapshot has begun the list anew. */
  members(): Promise<void>;
  /** Loads the message `seq` into `quoted`, each once. */
  quoted(seq: number): void;
  /**
   * After a snapshot (too far behind for a replay) what was shown before, from `oldest` on, stays: but it may have
   * been edited or deleted meanwhile, and there may be a hole up to `from`, where the snapshot begins. All of that is
   * asked for, unless it is too much.
   */
  refresh(oldest: number, from: number): Promise<void>;
}

export function createRoomPages(
  api: Api,
  store: Store<RoomState>,
  threadId: string,
  meanwhile: Meanwhile<ThreadEvent>,
): RoomPages {
  const { getSnapshot } = store;
  const quotesAsked = new Set<number>();
  let lastQuote = Promise.resolve();
  let memberCursor: string | undefined;
  /** Rises with each snapshot: what was asked for beside an earlier one is the later one's to ask for. */
  let turn = 0;

  /** A page as it is after what was heard since. One that was asked for before a snapshot is asked for again. */
  const load = async <P extends object>(ask: () => Promise<P>): Promise<RoomState & P> => {
    const mine = turn;
    const [answer, heard] = await meanwhile(ask);
    if (mine !== turn) return load(ask);
    const page = { ...EMPTY_ROOM, ...answer };
    return {
      ...page,
      ...heard.reduce<RoomState>((room, event) => reduceRoom(room, event, performance.now()), page),
    };
  };
  const loadMessages = (bounds: { before?: number; around?: number; limit?: number }) =>
    load(() => api.messages(threadId, bounds));
  const set = (change: Partial<RoomState>) => store.update((state) => ({ ...state, ...change }));
  const merge = (messages: readonly Message[]) =>
    set({ messages: mergeMessages(getSnapshot().messages, messages) });

  const quote = async (seq: number) => {
    const { messages, quoted } = getSnapshot();
    if ([...messages, ...quoted].some((message) => message.seq === seq)) return;
    try {
      const page = await loadMessages({ around: seq });
      const wanted = page.messages.filter((message) => quotesAsked.has(message.seq));
      set({ quoted: mergeMessages(getSnapshot().quoted, wanted) });
    } catch {
      // It stays unknown until it is asked for again: no reason to trouble anybody.
      quotesAsked.delete(seq);
    }
  };

  return {
    restart: () => {
      memberCursor = undefined;
      quotesAsked.clear();
      turn += 1;
    },

    older: async () => {
      const { hasBefore, loadingBefore, messages } = getSnapshot();
      const oldest = messages[0]?.seq;
      if (!hasBefore || loadingBefore || !oldest) return;
      set({ loadingBefore: true });
      try {
        const page = await loadMessages({ before: oldest });
        if (getSnapshot().messages[0]?.seq !== oldest) return;
        merge(page.messages);
        set({ hasBefore: page.hasBefore });
      } finally {
        set({ loadingBefore: false });
      }
    },

    members: async () => {
      const held = getSnapshot().members.length;
      do {
        const page = await load(() => api.members(threadId, { cursor: memberCursor, limit: PAGE_MAX }));
        // What is held is newer: events have changed it since, the page may be on its way for long.
        set({ members: mergeMembers(page.members, getSnapshot().members) });
        memberCursor = page.nextCursor;
      } while (memberCursor && getSnapshot().members.length <= held);
    },

    quoted: (seq) => {
      if (quotesAsked.has(seq)) return;
      quotesAsked.add(seq);
      // One request at a time: a page may show many replies at once, and neighbours come together.
      lastQuote = lastQuote.then(() => quote(seq));
    },

    refresh: async (oldest, snapshotFrom) => {
      const mine = turn;
      let from = snapshotFrom;
      try {
        for (let pages = 0; from > oldest; pages++) {
          if (pages === REFRESH_PAGES) throw new Error();
          const { messages } = await loadMessages({ before: from, limit: PAGE_MAX });
          const [first] = messages;
          if (!first || mine !== turn) return;
          from = first.seq;
          merge(messages.filter(({ seq }) => seq >= oldest));
        }
      } catch {
        if (mine !== turn) return;
        // What cannot be confirmed is not shown: it can be loaded again by scrolling up.
        set({ messages: getSnapshot().messages.filter(({ seq }) => seq >= from), hasBefore: true });
      }
    },
  };
}
