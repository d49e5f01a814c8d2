/** What a room loads over HTTP besides the socket: older messages, those that replies quote, further members. */
import { PAGE_MAX } from "../protocol/limits.ts";
import type { DurableEvent } from "../protocol/events.ts";
import type { MessagePage } from "../protocol/http.ts";
import type { Member, Message } from "../protocol/model.ts";
import type { Api } from "./api.ts";
import { mergeMessages } from "./messages.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";

/** How far back a room is made whole after a snapshot: 2,000 messages. */
const REFRESH_PAGES = 10;

export interface RoomPages {
  /** After a welcome the state has the first members only, and after a snapshot nothing quoted is known to be as it was. */
  restart(resumed: boolean): void;
  /** A page that is on its way may be from before this event. */
  heard(event: DurableEvent): void;
  /** Loads the page above the oldest message shown. Does nothing while one is loading or none is left. */
  older(): Promise<void>;
  /** Loads the next page of members; the first ones again where a welcome has begun the list anew. */
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

export function createRoomPages(api: Api, store: Store<RoomState>, threadId: string): RoomPages {
  const { getSnapshot } = store;
  const quotesAsked = new Set<number>();
  let lastQuote = Promise.resolve();
  let memberCursor: string | undefined;
  /** Rises with each snapshot: what was asked for beside an earlier one is the later one's to ask for. */
  let turn = 0;

  /** The `rev` of the last event about a message, by its `seq`; those about none are kept under no number. */
  const told: Record<number, number> = {};

  const load = async (bounds: { before?: number; around?: number; limit?: number }): Promise<MessagePage> => {
    const page = await api.messages(threadId, bounds);
    return page.messages.some(({ seq, rev }) => rev < (told[seq] ?? 0))
      ? api.messages(threadId, bounds)
      : page;
  };
  const set = (change: Partial<RoomState>) => store.update((state) => ({ ...state, ...change }));
  const merge = (messages: readonly Message[]) =>
    set({ messages: mergeMessages(getSnapshot().messages, messages) });

  const quote = async (seq: number) => {
    const { messages, quoted } = getSnapshot();
    if ([...messages, ...quoted].some((message) => message.seq === seq)) return;
    try {
      const page = await load({ around: seq });
      const wanted = page.messages.filter((message) => quotesAsked.has(message.seq));
      set({ quoted: mergeMessages(getSnapshot().quoted, wanted) });
    } catch {
      // It stays unknown until it is asked for again: no reason to trouble anybody.
      quotesAsked.delete(seq);
    }
  };

  return {
    heard: ({ rev, seq, message }: { rev: number; seq?: number; message?: Message }) => {
      told[(seq ?? message?.seq) as number] = rev;
    },

    restart: (resumed) => {
      memberCursor = undefined;
      if (resumed) return;
      quotesAsked.clear();
      turn += 1;
    },

    older: async () => {
      const { hasBefore, loadingBefore, messages } = getSnapshot();
      const oldest = messages[0]?.seq;
      if (!hasBefore || loadingBefore || !oldest) return;
      set({ loadingBefore: true });
      try {
        const page = await load({ before: oldest });
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
        const page = await api.members(threadId, { cursor: memberCursor, limit: PAGE_MAX });
        store.update((state) => withMembers(state, page.members));
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
          const { messages } = await load({ before: from, limit: PAGE_MAX });
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

/** A page of members. What is held is newer: events have changed it since, the page may be on its way for long. */
export function withMembers(state: RoomState, page: readonly Member[]): RoomState {
  const held = new Set(state.members.map(({ user }) => user.id));
  const members = [...state.members, ...page.filter(({ user }) => !held.has(user.id))];
  return { ...state, members: members.toSorted((a, b) => a.joinedAt - b.joinedAt) };
}
