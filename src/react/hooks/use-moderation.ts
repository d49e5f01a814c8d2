/** The calls about order, and about contacts, of the provider's client. */
import { useMemo } from "react";
import { createContacts, type Contacts } from "../../client/contacts/contacts.ts";
import { createModeration, type Moderation } from "../../client/moderation/moderation.ts";
import { useStores } from "../provider.tsx";

export function useModeration(): Moderation {
  const { client } = useStores();
  return useMemo(() => createModeration(client), [client]);
}

export function useContacts(): Contacts {
  const { client } = useStores();
  return useMemo(() => createContacts(client), [client]);
}
