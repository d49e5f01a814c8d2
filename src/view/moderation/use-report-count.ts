/** How many reports of a thread wait for a moderator. */
import { useEffect, useState } from "preact/hooks";
import type { Moderation } from "../../client/moderation/moderation.ts";

/** More than anyone counts. */
const MOST = 100;

export interface CountedReports {
  /** Undefined where it is not known yet. */
  threadId: string | undefined;
  /** As many as the server has said: it does so when that changes. */
  known: number | undefined;
  /** Whether the user may see them. */
  isModerator: boolean;
}

/** Until the server says how many there are, they are asked for once. */
export function useReportCount(
  { reports }: Pick<Moderation, "reports">,
  { threadId, known, isModerator }: CountedReports,
): number {
  const [counted, setCounted] = useState<{ threadId: string; count: number }>();
  const askedOf = isModerator && known === undefined ? threadId : undefined;
  useEffect(() => {
    if (askedOf === undefined) return undefined;
    let isShown = true;
    reports(askedOf, { state: "open", limit: MOST }).then(
      (page) => isShown && setCounted({ threadId: askedOf, count: page.reports.length }),
      // The list itself says why it cannot be loaded.
      () => undefined,
    );
    return () => {
      isShown = false;
    };
  }, [reports, askedOf]);
  if (known !== undefined) return known;
  return isModerator && counted !== undefined && counted.threadId === threadId ? counted.count : 0;
}
