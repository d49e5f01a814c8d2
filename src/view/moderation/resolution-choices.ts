/** What a moderator can do about a report, each in one step. */
import type { ResolveReport } from "../../protocol/reports.ts";
import { DAY_MS } from "./durations.ts";

export interface ResolutionChoice {
  text: string;
  /** Whether it takes something away. */
  isDanger: boolean;
  /** At this time, in milliseconds since the epoch. */
  at: (now: number) => ResolveReport;
}

export const RESOLUTION_CHOICES: readonly ResolutionChoice[] = [
  { text: "Dismiss", isDanger: false, at: () => ({ action: "dismiss" }) },
  { text: "Delete message", isDanger: true, at: () => ({ action: "delete" }) },
  {
    text: "Time out for a day",
    isDanger: true,
    at: (now) => ({ action: "timeout", until: now + DAY_MS }),
  },
  { text: "Ban for a week", isDanger: true, at: (now) => ({ action: "ban", until: now + 7 * DAY_MS }) },
];
