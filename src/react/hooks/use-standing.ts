/** What the user is in a thread: what they may do there depends on it. */
import type { RoomState } from "../../client/client.ts";
import type { Kind, ThreadInfo } from "../../protocol/model.ts";
import { standingOf, type Standing } from "../../protocol/rights.ts";
import { areObjectsEqual } from "./use-selected.ts";
import { useThreadState } from "./use-thread.ts";

export interface OwnStanding {
  userId: string | undefined;
  kind: Kind;
  /** Null for who is no member. */
  standing: Standing;
  locked: ThreadInfo["locked"];
}

/** Enters the thread. */
export function useStanding(thread: string): OwnStanding {
  return useThreadState(thread, ownStanding, areObjectsEqual);
}

function ownStanding({ user, you, thread }: RoomState): OwnStanding {
  return {
    userId: user?.id,
    kind: thread?.kind ?? "direct",
    standing: you ? standingOf(you, Date.now()) : null,
    locked: thread?.locked,
  };
}
