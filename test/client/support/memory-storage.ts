/** An outbox storage that a test can look into. As IndexedDB does, it copies what it is given. */
import type { OutboxStorage, Unsent } from "../../../src/client/outbox/storage.ts";

export interface MemoryStorage extends OutboxStorage {
  /** The ids of all messages that are kept, in whatever box. */
  keptIds(): string[];
}

export function memoryStorage(): MemoryStorage {
  const messages = new Map<string, { box: string; unsent: Unsent }>();
  return {
    keptIds: () => [...messages.values()].map(({ unsent }) => unsent.id),
    // In reverse, since a storage may return them in any order.
    load: async (box) => {
      const inBox = [...messages.values()].filter((kept) => kept.box === box);
      return inBox.map(({ unsent }) => structuredClone(unsent)).toReversed();
    },
    put: async (box, unsent) =>
      void messages.set(`${box} ${unsent.id}`, { box, unsent: structuredClone(unsent) }),
    remove: async (box, id) => void messages.delete(`${box} ${id}`),
    close: () => {},
  };
}
