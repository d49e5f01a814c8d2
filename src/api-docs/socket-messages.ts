/**
 * Every command and event of the sockets, described. The types of the contract say which there are: one that is missing
 * here is a type error.
 */
import { presenceCommand, threadCommand } from "../protocol/commands.ts";
import type { PresenceCommand, ThreadCommand } from "../protocol/commands.ts";
import { presenceEvent, threadEvent, type PresenceEvent, type ThreadEvent } from "../protocol/events.ts";
import { taggedSchemas } from "./tagged-schemas.ts";

const THREAD_COMMANDS: Record<ThreadCommand["type"], string> = {
  chat: "Stores and broadcasts a message.",
  edit: "Replaces the text of the caller's own message.",
  delete: "Erases a message; a tombstone stays.",
  react: "Adds the caller's reaction.",
  unreact: "Takes the caller's reaction back.",
  read: "Moves the caller's read marker forward.",
  typing: "Shows to the others for 5 s that the caller types.",
  got: "Acknowledges everything up to a `rev`; sent by `paced` clients.",
  auth: "A fresh token of the same user: the socket lives until it expires.",
  leave: "Asks the server to close the socket with 1000.",
};

const THREAD_EVENTS: Record<ThreadEvent["type"], string> = {
  welcome: "First of all: the thread, who is here, and whether what was missed follows.",
  history: "The newest messages, where the socket does not resume.",
  chat: "A new message. To every socket in the room, the sender's included.",
  edit: "A message has another text.",
  delete: "A message was deleted.",
  react: "A reaction was added.",
  unreact: "A reaction was taken back.",
  member: "One is a member now, or has another role.",
  member_removed: "One is no member any more.",
  thread: "The thread has another name.",
  ack: "Answers a command: it is durable, or done.",
  join: "A user is in the room now.",
  leave: "A user is not in the room any more.",
  online: "In a large room: how many are in it.",
  typing: "A user types.",
  read: "A user's read marker moved.",
  user: "One whom the thread names has another name or picture.",
  error: "A command was refused, or there is a fault.",
  closing: "The server closes this socket.",
};

const PRESENCE_COMMANDS: Record<PresenceCommand["type"], string> = {
  watch: "Replaces the set of users whose online status this tab receives.",
  read: "Moves the read marker of a thread that is not open.",
  auth: "A fresh token of the same user: the socket lives until it expires.",
};

const PRESENCE_EVENTS: Record<PresenceEvent["type"], string> = {
  welcome: "First of all: the user's threads with their unread counts.",
  new_message: "A thread's newest message.",
  read: "The user's read marker moved, on any device.",
  thread: "The user was added to a thread, or it changed.",
  thread_removed: "The user is no longer in a thread, or it was deleted.",
  reports: "How many reports are open in a thread that the user moderates.",
  user: "The user of this tab has another name or picture.",
  blocked: "The user blocks somebody, or no longer does, on any device.",
  presence: "A watched user came online, or went offline.",
  ack: "Answers `auth`.",
  error: "A command was refused, or there is a fault.",
  closing: "The server closes this socket.",
};

export const threadCommands = taggedSchemas(
  threadCommand,
  THREAD_COMMANDS,
  (words) => `Thread${words}Command`,
);
export const threadEvents = taggedSchemas(threadEvent, THREAD_EVENTS, (words) => `Thread${words}Event`);
export const presenceCommands = taggedSchemas(
  presenceCommand,
  PRESENCE_COMMANDS,
  (words) => `Presence${words}Command`,
);
export const presenceEvents = taggedSchemas(
  presenceEvent,
  PRESENCE_EVENTS,
  (words) => `Presence${words}Event`,
);
