/** Keeps a room's unsent messages in the outbox storage, once it is known whose they are. */
import type { Entry } from "./outbox.ts";
import type { OutboxStorage, Unsent } from "./storage.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** How long what was kept is waited for. A browser's storage may hang; sending must not. */
const LOAD_MS = 2_000;

export interface Keeping {
  /**
   * From now on keeps this user's messages, and gives `take` those that were kept, in order, once. Resolves then, or
   * when that takes too long: what comes late is given all the same.
   */
  open(userId: string, take: (kept: Entry[]) => void): Promise<void> | undefined;
  put(entry: Entry): void;
  remove(entry: Entry): void;
  /** Keeps nothing, gives nothing and waits for nothing any more. */
  close(): void;
}

/** Without a storage it keeps nothing. */
export function createKeeping(storage: OutboxStorage | null | undefined, threadId: string): Keeping {
  let box = "";
  let opened: Promise<void> | undefined;
  let patience: Timer | undefined;

  return {
    open: (userId, take) => {
      const wanted = `${userId},${threadId}`;
      if (storage && box !== wanted) {
        box = wanted;
        opened = new Promise((resolve) => {
          patience = setTimeout(resolve, LOAD_MS);
          const load = storage.load(wanted).catch(() => []);
          const give = (kept: Unsent[]) => take(kept.toSorted((a, b) => a.at - b.at).map(toEntry));
          void load.then((kept) => box === wanted && resolve(give(kept)));
        });
      }
      return opened;
    },
    put: ({ command, at, epoch, reason }) => {
      if (!box || command.type !== "chat") return;
      const { type: _type, ...message } = command;
      storage?.put(box, { ...message, at, epoch, reason }).catch(() => {});
    },
    remove: ({ command }) => {
      if (box) storage?.remove(box, command.id).catch(() => {});
    },
    close: () => {
      box = "";
      stopTimer(patience);
    },
  };
}

function toEntry({ at, epoch, reason, ...message }: Unsent): Entry {
  const state = reason ? "failed" : "queued";
  return { command: { type: "chat", ...message }, at, state, epoch, reason };
}
