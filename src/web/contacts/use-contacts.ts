/** The calls about contacts of the chat that a component is part of. */
import { useMemo } from "preact/hooks";
import { createContacts, type Contacts } from "../../client/contacts/contacts.ts";
import { useChat } from "../chat-context.ts";

export function useContacts(): Contacts {
  const { client } = useChat();
  return useMemo(() => createContacts(client), [client]);
}
