/** What pages loaded over HTTP do to the room's state. Pure, as the reducer is. */
import type { Member, Message } from "../protocol/model.ts";
import { mergeMessages } from "./messages.ts";
import type { RoomState } from "./room-state.ts";

/** A page above what is shown. */
export function withOlder(state: RoomState, messages: readonly Message[], hasBefore: boolean): RoomState {
  return {
    ...state,
    messages: mergeMessages(state.messages, messages),
    hasBefore,
    loadingBefore: false,
  };
}

/** Messages that are not in the list, loaded to be quoted. */
export function withQuoted(state: RoomState, messages: readonly Message[]): RoomState {
  return { ...state, quoted: mergeMessages(state.quoted, messages) };
}

/** A page of members. What is held is newer: events have changed it since, the page may be on its way for long. */
export function withMembers(state: RoomState, page: readonly Member[]): RoomState {
  const held = new Set(state.members.map(({ user }) => user.id));
  const members = [...state.members, ...page.filter(({ user }) => !held.has(user.id))];
  return { ...state, members: members.toSorted((a, b) => a.joinedAt - b.joinedAt) };
}
