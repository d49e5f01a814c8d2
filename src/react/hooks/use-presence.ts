/** Who is online. */
import { useEffect } from "react";
import type { PresenceState } from "../../client/client.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { useStores } from "../provider.tsx";
import { areObjectsEqual, useSelected } from "./use-selected.ts";

/** By user id; without those of whom nothing is known. */
export type Presences = PresenceState["presence"];

/**
 * Goes online, and follows whether these users are. Only those with whom the user shares a direct or group thread are
 * known, and at most 500 in all components together.
 */
export function usePresence(userIds: readonly string[]): Presences {
  const { presence } = useStores();
  const presences = useSelected(
    presence,
    EMPTY_PRESENCE,
    (state): Presences =>
      Object.fromEntries(
        userIds.flatMap((id) => (state.presence[id] === undefined ? [] : [[id, state.presence[id]]])),
      ),
    areObjectsEqual,
  );
  // No id contains a comma: another list with the same users is the same.
  const ids = userIds.join();
  useEffect(() => (ids === "" ? undefined : presence.watch(ids.split(","))), [presence, ids]);
  return presences;
}
