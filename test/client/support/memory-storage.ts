/** An outbox storage that a test can look into. As IndexedDB does, it copies what it is given. */
import type { OutboxStorage, Unsent } from "../../../src/client/outbox/storage.ts";

export interface MemoryStorage extends OutboxStorage {
  /** The ids of all that is kept, in whatever box. */
  kept(): string[];
}

export function memoryStorage(): MemoryStorage {
  const all = new Map<string, { box: string; unsent: Unsent }>();
  return {
    kept: () => [...all.values()].map(({ unsent }) => unsent.id),
    // Not in the order of giving: that is not promised.
    load: async (box) => {
      const inBox = [...all.values()].filter((one) => one.box === box);
      return inBox.map(({ unsent }) => structuredClone(unsent)).toReversed();
    },
    put: async (box, unsent) => void all.set(`${box} ${unsent.id}`, { box, unsent: structuredClone(unsent) }),
    remove: async (box, id) => void all.delete(`${box} ${id}`),
    close: () => {},
  };
}
