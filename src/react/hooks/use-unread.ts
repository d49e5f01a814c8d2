/** The number on a badge. */
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { useStores } from "../provider.tsx";
import { useSelected } from "./use-selected.ts";

/** Goes online, and counts the threads in which something is unread. */
export function useUnread(): number {
  return useSelected(useStores().presence, EMPTY_PRESENCE, ({ unreadThreads }) => unreadThreads);
}
