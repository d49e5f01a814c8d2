/** Whom the user has blocked. */
import { useMemo } from "react";
import type { PresenceState } from "../../client/client.ts";
import { createContacts } from "../../client/contacts/contacts.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { useStores } from "../provider.tsx";
import { NOBODY } from "../stores/presence-store.ts";
import { useSelected } from "./use-selected.ts";

export interface Blocks {
  /** The ids of those whom the user has blocked. */
  blocked: ReadonlySet<string>;
  /** Neither of the two can write to, invite, or see the other from now on. Rejects with a `RequestError`. */
  block: (userId: string) => Promise<void>;
  /** Rejects with a `RequestError`. */
  unblock: (userId: string) => Promise<void>;
}

const blockedOf = (state: PresenceState) => state.blocked;

/** Goes online, and reads whom the user has blocked. */
export function useBlocks(): Blocks {
  const { client, presence } = useStores();
  const blocked = useSelected(presence, EMPTY_PRESENCE, blockedOf);
  return useMemo(() => {
    const { block, unblock } = createContacts(client);
    return { blocked, block, unblock };
  }, [blocked, client]);
}

/** Whether the user has blocked one of these, where that is known. Opens nothing. */
export function useIsBlocked(userIds: readonly string[]): boolean {
  const { presence } = useStores();
  return useSelected(presence.blocked, NOBODY, (known) => userIds.some((id) => known.has(id)));
}
