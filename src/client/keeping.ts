/** Keeps a room's unsent messages in the outbox storage, once it is known whose they are. */
import type { Entry } from "./outbox.ts";
import type { OutboxStorage, Unsent } from "./outbox-storage.ts";
import { stopTimer, type Timer } from "./timer.ts";

/** How long what was kept is waited for. A browser's storage may hang; sending must not. */
const LOAD_MS = 2_000;

export interface Keeping {
  /** From now on keeps this user's messages; gives those that were kept, in order, the first time. */
  open(userId: string): Promise<Entry[]>;
  put(entry: Entry): void;
  remove(entry: Entry): void;
  /** Waits for nothing any more. */
  close(): void;
}

/** Without a storage it keeps nothing. */
export function createKeeping(storage: OutboxStorage | undefined, threadId: string): Keeping {
  let box = "";
  let patience: Timer | undefined;

  return {
    open: async (userId) => {
      const wanted = `${userId},${threadId}`;
      if (box === wanted || !storage) return [];
      box = wanted;
      const tooLong = new Promise<[]>((resolve) => {
        patience = setTimeout(resolve, LOAD_MS, []);
      });
      const kept = await Promise.race([storage.load(box).catch(() => []), tooLong]);
      stopTimer(patience);
      return kept.toSorted((a, b) => a.at - b.at).map(toEntry);
    },
    put: ({ command, at, epoch, reason }) => {
      if (!box || command.type !== "chat") return;
      const { type: _type, ...message } = command;
      storage?.put(box, { ...message, at, epoch, reason }).catch(() => {});
    },
    remove: ({ command }) => {
      if (box) storage?.remove(box, command.id).catch(() => {});
    },
    close: () => stopTimer(patience),
  };
}

function toEntry({ at, epoch, reason, ...message }: Unsent): Entry {
  const state = reason === undefined ? "queued" : "failed";
  return { command: { type: "chat", ...message }, at, state, epoch, reason };
}
