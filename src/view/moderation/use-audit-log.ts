/** The audit log of a thread, a page at a time. */
import { useEffect, useState } from "preact/hooks";
import type { Moderation } from "../../client/moderation/moderation.ts";
import type { AuditEntry } from "../../protocol/moderation.ts";
import { useAsyncAction } from "../use-async-action.ts";

const PAGE = 50;

export interface ShownAuditLog {
  /** Newest first; undefined until some are loaded. */
  entries: readonly AuditEntry[] | undefined;
  hasOlder: boolean;
  busy: boolean;
  error: string | undefined;
  loadOlder: () => void;
}

/** `textOf` words an error. */
export function useAuditLog(
  { audit }: Pick<Moderation, "audit">,
  threadId: string,
  textOf: (failure: unknown) => string,
): ShownAuditLog {
  const { busy, error, run } = useAsyncAction(textOf);
  const [entries, setEntries] = useState<readonly AuditEntry[]>();
  const [hasOlder, setHasOlder] = useState(false);
  const loadOlder = () =>
    void run(async () => {
      const before = entries?.at(-1)?.no;
      const page = await audit(threadId, { limit: PAGE, ...(before !== undefined && { before }) });
      setHasOlder(page.entries.length === PAGE);
      setEntries((newer = []) => [...newer, ...page.entries]);
    });
  useEffect(loadOlder, []);
  return { entries, hasOlder, busy, error, loadOlder };
}
