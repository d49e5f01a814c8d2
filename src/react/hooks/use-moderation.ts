/** The moderator's calls of the provider's client. */
import { useMemo } from "react";
import { createModeration, type Moderation } from "../../client/moderation/moderation.ts";
import { useStores } from "../provider.tsx";

export function useModeration(): Moderation {
  const { client } = useStores();
  return useMemo(() => createModeration(client), [client]);
}
