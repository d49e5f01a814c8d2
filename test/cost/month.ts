/** How often each action happens in a month of a workload. */
import { SOCKETIO_PING_MS, SOCKETIO_SHARDS } from "../../src/protocol/limits.ts";
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
  socketIoMessage: "Socket.IO: message",
  socketIoMarker: "Socket.IO: read marker moved",
  socketIoTyping: "Socket.IO: typing",
  socketIoOpened: "Socket.IO: session opened",
  socketIoJoined: "Socket.IO: room joined",
  socketIoLeft: "Socket.IO: room left",
  socketIoClosed: "Socket.IO: session closed",
  socketIoReconnect: "Socket.IO: session lost and back",
  socketIoHeartbeat: "Socket.IO: an object's heartbeat",
  socketIoPong: "Socket.IO: a session's heartbeat",
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
  const overSocketIo = workload.socketio;
  const others = 1 - overSocketIo;
  const averageSessions = averagePages * overSocketIo;
  const hasSessions = 1 - Math.exp(-averageSessions / SOCKETIO_SHARDS);
  const heartbeats = (DAYS * 24 * 3_600_000) / SOCKETIO_PING_MS;
  const markers = (messages / workload.burst) * readers;
  const typing = messages * workload["typing-per-message"];
  const reconnects = pageHours * workload["reconnects-per-hour"];
  const expiries = (pageHours * 60) / workload["token-minutes"];
  // The share of a shard's minutes in which one of its users has a page open, if users come independently of each other.
  const watchedShare = 1 - Math.exp(-averagePages / shards);
  return {
    times: {
      message: messages * others,
      marker: markers * others,
      typing: typing * others,
      reaction: messages * workload["reactions-per-message"],
      edit: messages * workload["edits-per-message"],
      deletion: messages * workload["deletions-per-message"],
      threadOpened: opens * others,
      historyPage: opens * workload["pages-per-open"],
      threadLeft: opens * others,
      pageOpened: visits * others,
      pageClosed: visits * others,
      reconnect: reconnects * others,
      tokenExpired: expiries * others,
      signIn: activeDays * workload["sign-ins-per-day"],
      search: activeDays * workload["searches-per-day"],
      threadCreated: workload["new-threads-per-day"] * DAYS,
      statusCheck: shards * DAYS * MINUTES_A_DAY * watchedShare,
      socketIoMessage: messages * overSocketIo,
      socketIoMarker: markers * overSocketIo,
      socketIoTyping: typing * overSocketIo,
      socketIoOpened: visits * overSocketIo,
      socketIoJoined: opens * overSocketIo,
      socketIoLeft: opens * overSocketIo,
      socketIoClosed: visits * overSocketIo,
      // A token that expires ends the session: its client comes back with another.
      socketIoReconnect: (reconnects + expiries) * overSocketIo,
      socketIoHeartbeat: SOCKETIO_SHARDS * heartbeats * hasSessions,
      socketIoPong: averageSessions * heartbeats,
    },
    threads: Math.ceil((workload.users * workload["threads-per-user"]) / workload["thread-size"]),
  };
}
