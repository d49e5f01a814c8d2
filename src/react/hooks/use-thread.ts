/** A thread: what it shows, and what a user does in it. */
import { useMemo } from "react";
import type { RoomState } from "../../client/client.ts";
import { EMPTY_ROOM } from "../../client/room/room-state.ts";
import { useStores } from "../provider.tsx";
import type { ThreadActions } from "../stores/room-store.ts";
import { useSelected } from "./use-selected.ts";

/** The snapshot of a room, and what can be done in it. */
export type ThreadHandle = RoomState & ThreadActions;

const all = (state: RoomState) => state;

/** Enters a thread, by its id or as `key:KEY`, while the component is mounted. Renders again at each change. */
export function useThread(thread: string): ThreadHandle {
  const state = useThreadState(thread, all);
  const actions = useThreadActions(thread);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

/**
 * Enters a thread, and reads a part of its state: renders again when that changes alone. `select` returns what is compared
 * by identity, or by `isEqual`.
 */
export function useThreadState<Selected>(
  thread: string,
  select: (state: RoomState) => Selected,
  isEqual?: (one: Selected, other: Selected) => boolean,
): Selected {
  return useSelected(useStores().thread(thread), EMPTY_ROOM, select, isEqual);
}

/** What can be done in a thread, without reading it. The object stays the same. */
export function useThreadActions(thread: string): ThreadActions {
  return useStores().thread(thread).actions;
}
