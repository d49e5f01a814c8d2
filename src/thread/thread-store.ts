/** Whether there is a thread in this object, and the object's memory of it: a cache that can be thrown away. */
import { configOf } from "../config/config.ts";
import { migrate, schemaVersion } from "../durable/migrations.ts";
import type { Role, User } from "../protocol/model.ts";
import type { ThreadInit } from "../rpc/thread.ts";
import type { Invitee } from "./consent/adding.ts";
import { MessageRequest } from "./consent/message-request.ts";
import { noSuchThread } from "./errors.ts";
import { THREAD_SCHEMA } from "./schema.ts";
import { StoredThread } from "./stored-thread.ts";

/** One with whom a thread begins; without a profile, where whoever made it may not know that yet. */
export interface FirstMember extends Invitee {
  role: Role;
}

export class ThreadStore {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  #thread: StoredThread | undefined;

  /** Reads what is stored; where nothing is, nothing is written either. */
  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
    if (schemaVersion(ctx.storage.sql) > 0) {
      migrate(ctx.storage, THREAD_SCHEMA);
      this.reload();
    }
  }

  /** The thread, if there is one, even while it is being deleted. */
  get current(): StoredThread | undefined {
    return this.#thread;
  }

  /** The thread, or `not_found` where there is none any more. */
  require(): StoredThread {
    if (!this.#thread || this.#thread.isDeleting) throw noSuchThread();
    return this.#thread;
  }

  /** Creates the thread with its first members, and who `by` invites, in one transaction. */
  create(
    init: ThreadInit,
    members: readonly FirstMember[],
    by: User,
    now: number,
    invited: readonly Invitee[] = [],
  ): StoredThread {
    const { storage } = this.#ctx;
    return storage.transactionSync(() => {
      migrate(storage, THREAD_SCHEMA);
      StoredThread.create(storage.sql, init, configOf(this.#env).presenceShards, now);
      const [asked] = init.kind === "direct" ? invited : [];
      if (asked !== undefined) MessageRequest.create(storage.sql, by.id, asked.id, now);
      const thread = this.reload();
      for (const { id, profile, role } of members)
        if (profile) thread.addMember(profile, role, now);
        else thread.addUnseen({ id }, now);
      if (asked !== undefined) thread.addUnseen(asked, now);
      else
        for (const { id } of invited) {
          thread.invitations.add(id, by.id, now);
          thread.audit.add({ action: "member.invited", by: by.id, target: id }, now);
        }
      thread.audit.add({ action: "thread.created", by: by.id }, now);
      return thread;
    });
  }

  /** Writes all or nothing. Memory that was ahead of storage when it threw is forgotten. */
  atomically(write: () => void): void {
    try {
      this.#ctx.storage.transactionSync(write);
    } catch (error) {
      this.reload();
      throw error;
    }
  }

  /** Forgets what memory holds and reads it anew: after a transaction was rolled back, memory may be ahead of storage. */
  reload(): StoredThread {
    const { id, storage } = this.#ctx;
    const config = configOf(this.#env);
    this.#thread = new StoredThread(storage.sql, id.toString(), config);
    this.#thread.membership.sortByShard(config.presenceShardsAfter);
    return this.#thread;
  }

  /** Erases everything there is of the thread. */
  async erase(): Promise<void> {
    this.#thread = undefined;
    await this.#ctx.storage.deleteAll();
  }
}
