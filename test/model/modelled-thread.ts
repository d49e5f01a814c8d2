/** A thread that programs run on: its users and their clients, and what it is expected to hold. */
import { assert } from "vitest";
import type { Thread, User } from "../../src/protocol/model.ts";
import type { Person } from "../support/host-users.ts";
import { ExpectedThread } from "./expected-thread.ts";
import type { Who } from "./program.ts";
import { RoomClient } from "./room-client.ts";

export type Users = Record<Who, Person>;

export class ModelledThread {
  readonly expected: ExpectedThread;
  readonly clients: Record<Who, RoomClient>;
  readonly path: string;
  /** Users whose marker an eviction may have reset: those moved over a socket are stored once a second. */
  readonly lagging = new Set<string>();
  readonly movedBySocket = new Set<string>();

  /** `crowd`: members without a client of their own. */
  constructor(
    readonly users: Users,
    readonly thread: Thread,
    readonly crowd: readonly User[] = [],
  ) {
    this.path = `/api/threads/${thread.id}`;
    this.expected = new ExpectedThread(thread.kind, thread.name);
    this.expected.joins(users.Ada.user.id, "owner");
    this.expected.joins(users.Bo.user.id, "member");
    for (const { id } of crowd) this.expected.joins(id, "member");
    const client = (who: Who) => new RoomClient(users[who], thread.id);
    this.clients = { Ada: client("Ada"), Bo: client("Bo"), Cy: client("Cy") };
  }

  /** Whether the thread is deleted, as a group is whose last member left. */
  get isOver(): boolean {
    return this.thread.kind === "group" && this.expected.roles.size === 0;
  }

  isMember(who: Who): boolean {
    return this.expected.roles.has(this.users[who].user.id);
  }

  /** The body of the response; undefined where the request was refused. */
  async http<T>(who: Who, method: string, path: string, body?: unknown): Promise<T | undefined> {
    const response = await this.users[who].call(method, this.path + path, body);
    const text = await response.text();
    assert.isBelow(response.status, 500, `${method} ${path} answered ${text}`);
    if (!response.ok) return undefined;
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  /** A message that exists; 1 where there is none. */
  seq(message: number): number {
    return (message % Math.max(1, this.expected.newest)) + 1;
  }
}
