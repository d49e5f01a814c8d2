/** The moderator's calls of the chat that a component is part of. */
import { useMemo } from "preact/hooks";
import { createModeration, type Moderation } from "../../client/moderation/moderation.ts";
import { useChat } from "../chat-context.ts";

export function useModeration(): Moderation {
  const { client } = useChat();
  return useMemo(() => createModeration(client), [client]);
}
