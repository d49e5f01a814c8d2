/** How many reports wait for a moderator. */
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { may } from "../../protocol/rights.ts";
import { useReportCount } from "../../view/moderation/use-report-count.ts";
import { useStores } from "../provider.tsx";
import { useModeration } from "./use-moderation.ts";
import { useSelected } from "./use-selected.ts";
import { useStanding } from "./use-standing.ts";
import { useThreadState } from "./use-thread.ts";

/** Enters the thread and goes online. How many reports are open that the user can resolve: 0 for who is no moderator. */
export function useOpenReports(thread: string): number {
  const threadId = useThreadState(thread, (state) => state.thread?.id);
  const { presence } = useStores();
  const known = useSelected(presence, EMPTY_PRESENCE, ({ reports }) => reports[threadId ?? ""]);
  const { kind, standing } = useStanding(thread);
  const isModerator = may("see reports", kind, standing);
  return useReportCount(useModeration(), { threadId, known, isModerator });
}
