/** What the browser keeps for the page. It may be forbidden, full or missing: then nothing is kept, and nothing fails. */

export interface KeptItems {
  /** Returns what is kept under a key. */
  get(key: string): string | undefined;
  /** Keeps a value under a key; false where that is not possible. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  /** Returns the keys of all that is kept. */
  keys(): string[];
}

/** `localStorage` for what all tabs share, `sessionStorage` for what is a tab's own. */
export function browserStorage(name: "localStorage" | "sessionStorage"): KeptItems {
  const attempt = <T>(action: (storage: Storage) => T): T | undefined => {
    try {
      // The property itself throws where the site's data is blocked.
      return action(globalThis[name]);
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key)) ?? undefined,
    set: (key, value) =>
      attempt((storage) => {
        storage.setItem(key, value);
        return true;
      }) ?? false,
    remove: (key) => attempt((storage) => storage.removeItem(key)),
    keys: () => attempt((storage) => Object.keys(storage)) ?? [],
  };
}
