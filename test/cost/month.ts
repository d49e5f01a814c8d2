/** How often each action happens in a month of some use. */
import type { Use } from "./use.ts";

export const DAYS = 30;
const MINUTES_A_DAY = 24 * 60;

/** Everything that costs something in everyday use, as it is measured and billed. */
export const ACTIONS = {
  message: "message, notified",
  marker: "read marker moved",
  typing: "typing told",
  reaction: "reaction",
  edit: "edit",
  deletion: "deletion",
  threadOpened: "thread opened",
  historyPage: "page of history",
  threadLeft: "thread left",
  pageOpened: "page opened",
  pageClosed: "page closed",
  reconnect: "sockets lost, resumed",
  tokenEnded: "token ended, renewed",
  signIn: "sign-in",
  search: "user search",
  threadMade: "thread made",
  watchRound: "watched shard's minute",
} as const;

export type Action = keyof typeof ACTIONS;

/** What use comes to in a month, of all users together. */
export interface Month {
  times: Record<Action, number>;
  threads: number;
  /** How many get each message, all messages together: whoever has the thread open, the sender too. */
  messagesGot: number;
}

/** A month of this use, with users spread over so many shards. */
export function monthOf(use: Use, shards: number): Month {
  const activeDays = use.users * use["daily-active"] * DAYS;
  const messages = use["messages-per-day"] * DAYS;
  const readers = use["readers-online"] * (use["thread-size"] - 1);
  const visits = activeDays * use["visits-per-day"] * use.tabs;
  const opens = activeDays * use["opens-per-day"];
  const pageHours = activeDays * use["hours-online"] * use.tabs;
  const averagePages = pageHours / (DAYS * 24);
  // Of a shard's minutes, those in which one of its users has a page open, if they come independently of each other.
  const watchedShare = 1 - Math.exp(-averagePages / shards);
  return {
    times: {
      message: messages,
      marker: (messages / use.burst) * readers,
      typing: messages * use["typing-per-message"],
      reaction: messages * use["reactions-per-message"],
      edit: messages * use["edits-per-message"],
      deletion: messages * use["deletions-per-message"],
      threadOpened: opens,
      historyPage: opens * use["pages-per-open"],
      threadLeft: opens,
      pageOpened: visits,
      pageClosed: visits,
      reconnect: pageHours * use["reconnects-per-hour"],
      tokenEnded: (pageHours * 60) / use["token-minutes"],
      signIn: activeDays * use["sign-ins-per-day"],
      search: activeDays * use["searches-per-day"],
      threadMade: use["new-threads-per-day"] * DAYS,
      watchRound: shards * DAYS * MINUTES_A_DAY * watchedShare,
    },
    threads: Math.ceil((use.users * use["threads-per-user"]) / use["thread-size"]),
    messagesGot: messages * (1 + readers),
  };
}
