/**
 * Every command and event of the sockets, described. The types of the contract say which there are: one that is missing
 * here is a type error.
 */
import { z } from "zod";
import { presenceCommand, threadCommand } from "../protocol/commands.ts";
import type { PresenceCommand, ThreadCommand } from "../protocol/commands.ts";
import { presenceEvent, threadEvent, type PresenceEvent, type ThreadEvent } from "../protocol/events.ts";
import type { NamedSchema } from "./json-schemas.ts";

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
  user: "The user of this tab has another name or picture.",
  presence: "A watched user came online, or went offline.",
  ack: "Answers `auth`.",
  error: "A command was refused, or there is a fault.",
  closing: "The server closes this socket.",
};

/** A command or an event: its type in the contract, and its schema, named. */
export interface SocketMessage extends NamedSchema {
  type: string;
}

/** An option of a discriminated union, or a union of such options. */
interface Option extends z.ZodType {
  def: z.ZodType["def"] & { options?: Option[]; shape?: { type: z.ZodLiteral<string> } };
}

function messages(
  union: z.ZodType,
  descriptions: Readonly<Record<string, string>>,
  prefix: string,
  suffix: string,
) {
  return optionsOf(union as Option).map((schema): SocketMessage => {
    const type = schema.def.shape?.type.value ?? "";
    const words = type.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return {
      type,
      // What both sockets have in common is registered twice: a copy for each.
      schema: schema.clone(),
      name: prefix + words.join("") + suffix,
      description: descriptions[type] ?? "",
    };
  });
}

function optionsOf(schema: Option): Option[] {
  return schema.def.options?.flatMap(optionsOf) ?? [schema];
}

export const threadCommands = messages(threadCommand, THREAD_COMMANDS, "Thread", "Command");
export const threadEvents = messages(threadEvent, THREAD_EVENTS, "Thread", "Event");
export const presenceCommands = messages(presenceCommand, PRESENCE_COMMANDS, "Presence", "Command");
export const presenceEvents = messages(presenceEvent, PRESENCE_EVENTS, "Presence", "Event");
