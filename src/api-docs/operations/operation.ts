/** How a route is documented: what the schemas and its path do not say. */
import type { z } from "zod";
import type { ErrorCode } from "../../protocol/errors.ts";

/**
 * Who may make a request: `anyone`; `signing in` with a user's token or, where guests are allowed, with none; `user`, and the
 * host's server for one by a server token with `sub`; `user or host`, and the host's server as itself too; `host` alone;
 * `browser`: a user and no server token; `administrator`.
 */
export type Allowed =
  | "anyone"
  | "signing in"
  | "browser"
  | "user"
  | "user or host"
  | "host"
  | "administrator";

/** An answer: what it means, and the schema of its body if it has one. */
export type Answer = readonly [description: string, schema?: z.ZodType];

export interface Operation {
  /** Names the call in generated clients. */
  id: string;
  tag: Tag;
  /** In a few words, as an imperative. */
  summary: string;
  /** What else is to be known. */
  description?: string;
  allowed: Allowed;
  query?: Readonly<Record<string, QueryParameter>>;
  body?: z.ZodType;
  /** All fields of the body are optional, and so is the body. */
  isBodyOptional?: true;
  answers: Readonly<Record<number, Answer>>;
  /** Beyond those of every request of its kind (src/api-docs/openapi.ts). */
  errors?: readonly ErrorCode[];
}

export interface QueryParameter {
  schema: z.ZodType;
  description: string;
}

/** `METHOD path`, as the router has it. */
export type Operations = Readonly<Record<`${Method} /api/${string}`, Operation>>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Tag = keyof typeof TAGS;
/** The groups of operations. */
export const TAGS = {
  Session: "Signing in and out.",
  Threads: "Conversations, and their lists.",
  Members: "Who belongs to a thread.",
  Messages: "History, sending, editing, deleting, reactions, read markers.",
  Moderation: "Moderation of a thread, and of all threads together.",
  People: "Finding users, and whether they are online.",
  Chats:
    "Threads by numbers and messages by ids, as front ends written for Flask-SocketIO ask for them beside Socket.IO.",
  Sockets: "WebSocket upgrades. `/api/asyncapi.json` documents what is sent on them.",
  Webhooks: "What Lilypad sends to the host's server.",
  Operating: "For monitoring, and for the one who runs Lilypad.",
} as const;
