/** How often each action happens in a month of a workload. */
import type { Workload } from "./workload.ts";

export const DAYS = 30;
const MINUTES_A_DAY = 24 * 60;

/** The actions that are measured and billed, with their names in the report. */
export const ACTIONS = {
  message: "message with notifications",
  marker: "read marker moved",
  typing: "typing broadcast",
  reaction: "reaction",
  edit: "edit",
  deletion: "deletion",
  threadOpened: "thread opened",
  historyPage: "page of history",
  threadLeft: "thread left",
  pageOpened: "page opened",
  pageClosed: "page closed",
  reconnect: "sockets lost and resumed",
  tokenExpired: "token expired and renewed",
  signIn: "sign-in",
  search: "user search",
  threadCreated: "thread created",
  statusCheck: "status check of a shard",
} as const;

export type Action = keyof typeof ACTIONS;

/** A month of all users together. */
export interface Month {
  times: Record<Action, number>;
  threads: number;
}

/** A month of this workload, with users spread over so many shards. */
export function monthOf(workload: Workload, shards: number): Month {
  const activeDays = workload.users * workload["daily-active"] * DAYS;
  const messages = workload["messages-per-day"] * DAYS;
  const readers = workload["readers-online"] * (workload["thread-size"] - 1);
  const visits = activeDays * workload["visits-per-day"] * workload.tabs;
  const opens = activeDays * workload["opens-per-day"];
  const pageHours = activeDays * workload["hours-online"] * workload.tabs;
  const averagePages = pageHours / (DAYS * 24);
  // The share of a shard's minutes in which one of its users has a page open, if users come independently of each other.
  const watchedShare = 1 - Math.exp(-averagePages / shards);
  return {
    times: {
      message: messages,
      marker: (messages / workload.burst) * readers,
      typing: messages * workload["typing-per-message"],
      reaction: messages * workload["reactions-per-message"],
      edit: messages * workload["edits-per-message"],
      deletion: messages * workload["deletions-per-message"],
      threadOpened: opens,
      historyPage: opens * workload["pages-per-open"],
      threadLeft: opens,
      pageOpened: visits,
      pageClosed: visits,
      reconnect: pageHours * workload["reconnects-per-hour"],
      tokenExpired: (pageHours * 60) / workload["token-minutes"],
      signIn: activeDays * workload["sign-ins-per-day"],
      search: activeDays * workload["searches-per-day"],
      threadCreated: workload["new-threads-per-day"] * DAYS,
      statusCheck: shards * DAYS * MINUTES_A_DAY * watchedShare,
    },
    threads: Math.ceil((workload.users * workload["threads-per-user"]) / workload["thread-size"]),
  };
}
