/** Who has invited the user, or wants to write to them. */
import { useMemo } from "react";
import type { PresenceState, Thread, ThreadSummary, User } from "../../client/client.ts";
import { createContacts } from "../../client/contacts/contacts.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { blockInviter } from "../../view/contacts/incoming-request.ts";
import { useStores } from "../provider.tsx";
import { NO_INVITATIONS } from "../stores/presence-store.ts";
import { areObjectsEqual, useSelected } from "./use-selected.ts";

export interface UserRequests {
  /** Newest first, each with `invitedBy` where a user has made it. Those that are answered go. */
  requests: readonly ThreadSummary[];
  /** The signed-in user, once connected. */
  user: User | undefined;
  /** Accepts the request with this thread's id. Rejects with a `RequestError`, as all three do. */
  accept: (threadId: string) => Promise<Thread>;
  /** Declines it. Whoever made it does not learn of that. */
  decline: (threadId: string) => Promise<void>;
  /** Blocks who made it, and declines. Where nobody is named, it declines alone. */
  block: (threadId: string) => Promise<void>;
}

/** The invitation, or message request, that a thread is to the user, where that is known. Opens nothing. */
export function useInvitation(thread: string): ThreadSummary | undefined {
  const { presence } = useStores();
  return useSelected(presence.invitations, NO_INVITATIONS, (known) => known.find(({ id }) => id === thread));
}

const listOf = ({ invitations, user }: PresenceState) => ({ requests: invitations, user });

/** Goes online, and reads the user's invitations and message requests. */
export function useRequests(): UserRequests {
  const { client, presence } = useStores();
  const list = useSelected(presence, EMPTY_PRESENCE, listOf, areObjectsEqual);
  return useMemo(() => {
    const contacts = createContacts(client);
    return {
      ...list,
      accept: contacts.accept,
      decline: contacts.decline,
      block: (threadId) =>
        blockInviter(contacts, list.requests.find(({ id }) => id === threadId) ?? { id: threadId }),
    };
  }, [list, client]);
}
