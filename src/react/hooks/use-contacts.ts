/** The calls about contacts of the provider's client. */
import { useMemo } from "react";
import { createContacts, type Contacts } from "../../client/contacts/contacts.ts";
import { useStores } from "../provider.tsx";

export function useContacts(): Contacts {
  const { client } = useStores();
  return useMemo(() => createContacts(client), [client]);
}
