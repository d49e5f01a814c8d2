/** Moving a read marker from a presence socket: the thread is asked, being its only writer, and its answer is copied. */
import { callForValue } from "../../rpc/call.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { threadStub } from "../../rpc/thread.ts";
import type { Directory } from "../people/directory.ts";
import { markerOf } from "./thread-row.ts";
import type { Tabs } from "../status/tabs.ts";
import type { ThreadChanges } from "./thread-updates.ts";
import type { ThreadList } from "./thread-list.ts";
import { readEvent } from "./notifications.ts";

export class Reading {
  readonly #env: Env;
  readonly #parts: { tabs: Tabs; directory: Directory; list: ThreadList; changes: ThreadChanges };

  constructor(
    env: Env,
    parts: { tabs: Tabs; directory: Directory; list: ThreadList; changes: ThreadChanges },
  ) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Moves the user's marker, and tells all their tabs. A thread that is not theirs is `not_found`. */
  async read(userId: string, threadId: string, seq: number): Promise<void> {
    const { tabs, directory, list, changes } = this.#parts;
    const row = list.get(threadId);
    const readSeq = list.readSeq(userId, threadId);
    const [user] = directory.profiles([userId]);
    if (!row || readSeq === undefined || !user)
      throw new LilypadError("not_found", "There is no such thread.");
    // The copy never runs ahead of the thread's own marker: nothing to ask for.
    if (seq <= markerOf(row, userId, readSeq)) return;
    // An id is known here only from the thread itself, so it is a sound one.
    const id = this.#env.CHAT_THREAD.idFromString(threadId);
    const moved = await callForValue(
      () => threadStub(this.#env, id),
      (thread) => thread.read(user, seq),
    );
    // The thread may have told of it before it answered: then it is no news. And it may be gone by now.
    const present = list.get(threadId);
    if (present && changes.raise(present, userId, moved.readSeq))
      tabs.send(userId, JSON.stringify([readEvent(present, moved.readSeq)]));
  }
}
