/** The `read` command of a tab: the thread, as the only writer of its markers, moves the marker; its answer is copied here. */
import { LilypadError } from "../../protocol/errors.ts";
import { callForValue } from "../../rpc/call.ts";
import { threadStub } from "../../rpc/thread.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { HiddenThreads } from "./hidden-threads.ts";
import type { ThreadNotifications } from "./thread-notifications.ts";
import { markerOf } from "./unread.ts";
import type { ThreadUpdates } from "./thread-updates.ts";
import type { UserThreads } from "./user-threads.ts";

export interface ReadCommandParts {
  directory: UserDirectory;
  userThreads: UserThreads;
  hiddenThreads: HiddenThreads;
  updates: ThreadUpdates;
  notifications: ThreadNotifications;
}

export class ReadCommand {
  readonly #env: Env;
  readonly #parts: ReadCommandParts;

  constructor(env: Env, parts: ReadCommandParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Moves the user's marker, and notifies all their tabs. `not_found` for a thread that is not on their list. */
  async run(userId: string, threadId: string, seq: number): Promise<void> {
    const { directory, userThreads, hiddenThreads, updates, notifications } = this.#parts;
    const row = userThreads.get(threadId);
    const readSeq = userThreads.readSeq(userId, threadId);
    const [user] = directory.profiles([userId]);
    if (!row || readSeq === undefined || !user)
      throw new LilypadError("not_found", "There is no such thread.");
    // The copy never runs ahead of the thread's own marker, so the thread need not be called.
    if (seq <= markerOf(row, userId, readSeq)) return;
    // An id is known here only from the thread itself, so it is well formed.
    const id = this.#env.CHAT_THREAD.idFromString(threadId);
    const moved = await callForValue(
      () => threadStub(this.#env, id),
      (thread) => thread.read(user, seq),
    );
    // The thread's update may have come before its answer: then the copy is as high already. And it may be gone by now.
    const present = userThreads.get(threadId);
    if (!present) return;
    const before = updates.raise(present, userId, moved.readSeq);
    const isHidden = present.seq <= (hiddenThreads.upTo(userId, threadId) ?? -1);
    if (before !== undefined && !isHidden) notifications.notifyRead(present, userId, moved.readSeq, before);
  }
}
