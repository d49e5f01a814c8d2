/** How a thread comes to be: made by a user with its first members, or by the host under a key of its own. */
import { configOf } from "../config/config.ts";
import type { Thread, User } from "../protocol/model.ts";
import { may } from "../protocol/rights.ts";
import { isHost } from "../protocol/system-user.ts";
import type { NewMembers, ThreadInit, ThreadPut } from "../rpc/thread.ts";
import { membersOfNew, type Invitee } from "./consent/adding.ts";
import type { Reservations } from "./consent/reservations.ts";
import type { Deletion } from "./deletion.ts";
import { forbidden } from "./errors.ts";
import type { Webhooks } from "./host-server/webhooks.ts";
import type { Notifier } from "./notifying/notifier.ts";
import type { StoredThread } from "./stored-thread.ts";
import { threadFor } from "./thread-view.ts";
import type { FirstMember, ThreadStore } from "./thread-store.ts";
import type { Writer } from "./writing/writer.ts";

export interface CreationParts {
  store: ThreadStore;
  writer: Writer;
  notifier: Notifier;
  webhooks: Webhooks;
  reservations: Reservations;
  deletion: Deletion;
}

/** A thread, and whether it is new. */
interface Created {
  thread: Thread;
  created: boolean;
}

export class Creation {
  readonly #env: Env;
  readonly #parts: CreationParts;

  constructor(env: Env, parts: CreationParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** As a user says, who is one of its members. One that exists is left as it is. */
  async create(caller: User, init: ThreadInit, others: User[], members?: NewMembers): Promise<Created> {
    const { store, reservations } = this.#parts;
    const existing = () => ({ thread: threadFor(store.require(), caller), created: false });
    if (store.current) return existing();
    const { added, invited } = membersOfNew(configOf(this.#env), init.kind, caller, others, members);
    const role = init.kind === "direct" ? "member" : "owner";
    const first = [
      ...(isHost(caller) ? [] : [{ id: caller.id, profile: caller, role } as const]),
      ...membersOf(added),
    ];
    const create = async () => {
      const thread = await this.#create(init, first, caller, invited);
      return { thread: threadFor(thread, caller), created: true };
    };
    if (invited.length === 0) return await create();
    return await reservations.reserved(
      caller.id,
      invited.map(({ id }) => id),
      // The other of a direct pair may have made it meanwhile.
      async () => (store.current ? existing() : await create()),
    );
  }

  /** As the host says: made, or brought up to date. */
  async put(caller: User, key: string, { kind, name, data, members }: ThreadPut): Promise<Created> {
    const { store, writer, notifier, deletion } = this.#parts;
    if (!may("put thread", kind, isHost(caller) ? "host" : null)) throw forbidden();
    for (;;) {
      // One that is being deleted is gone first, and then made anew.
      await deletion.finishBegun();
      if (!store.current) {
        const init = { kind, name: name ?? null, key, data: data ?? null };
        const first = membersOf(members.map((user) => ({ id: user.id, profile: user })));
        const thread = await this.#create(init, first, caller);
        return { thread: threadFor(thread, caller), created: true };
      }
      try {
        const { value } = await writer.run(caller, { type: "put_thread", kind, name, data, members });
        await notifier.notify();
        return { thread: value, created: false };
      } catch (error) {
        // Deleted meanwhile.
        if (store.current?.isDeleting === false) throw error;
      }
    }
  }

  async #create(
    init: ThreadInit,
    members: readonly FirstMember[],
    by: User,
    invited: readonly Invitee[] = [],
  ): Promise<StoredThread> {
    const { store, notifier, webhooks } = this.#parts;
    const now = Date.now();
    const thread = store.create(init, members, by, now, invited);
    notifier.threadChanged(now);
    webhooks.created(now);
    await notifier.notify();
    return thread;
  }
}

/** Users as members of a new thread, none of whom owns it. */
function membersOf(users: readonly Invitee[]): FirstMember[] {
  return users.map((user) => ({ ...user, role: "member" }));
}
