/**
 * What users of this browser are composing: one draft a user and thread, shared by all tabs and kept over a reload. The
 * tab that changes a draft last decides; where nothing can be kept, drafts last as long as the page.
 */
import { Store, type Readable } from "../../client/store/store.ts";
import type { KeptItems } from "../browser-storage.ts";
import { EMPTY_DRAFT, isEmpty, parseDraft, type Draft, type KeptDraft } from "./draft.ts";

const PREFIX = "lilypad draft ";
/** Drafts of all users of this browser: beyond this many, the oldest go. */
const MOST_DRAFTS = 50;
const LONGEST_AGE_MS = 30 * 24 * 60 * 60 * 1000;

export class Drafts {
  readonly #storage: KeptItems;
  readonly #drafts = new Map<string, ThreadDraft>();

  /** Drops drafts that are too old. */
  constructor(storage: KeptItems) {
    this.#storage = storage;
    this.#dropOldest();
  }

  /** The draft of a user in a thread; the same object each time. */
  of(userId: string, threadId: string): ThreadDraft {
    const key = keyOf(userId, threadId);
    let draft = this.#drafts.get(key);
    if (!draft) {
      draft = new ThreadDraft(this.#kept(key), (changed) => this.#keep(key, changed));
      this.#drafts.set(key, draft);
    }
    return draft;
  }

  /** Another tab has kept or removed an item, or all of them (`null`). */
  changedElsewhere(key: string | null): void {
    for (const [each, draft] of this.#drafts) {
      if (key === null || key === each) draft.replace(this.#kept(each));
    }
  }

  /** Drops all drafts of a user. */
  forget(userId: string): void {
    for (const key of new Set([...this.#storage.keys(), ...this.#drafts.keys()])) {
      if (ownerOf(key) !== userId) continue;
      this.#storage.remove(key);
      this.#drafts.get(key)?.replace(EMPTY_DRAFT);
    }
  }

  #kept(key: string): Draft {
    const kept = this.#storage.get(key);
    return (kept !== undefined && parseDraft(kept)) || EMPTY_DRAFT;
  }

  #keep(key: string, draft: Draft): void {
    if (isEmpty(draft)) return this.#storage.remove(key);
    const isNew = this.#storage.get(key) === undefined;
    const kept: KeptDraft = { ...draft, at: Date.now() };
    this.#storage.set(key, JSON.stringify(kept));
    if (isNew) this.#dropOldest();
  }

  #dropOldest(): void {
    const byAge = this.#storage
      .keys()
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ key, at: parseDraft(this.#storage.get(key) ?? "")?.at ?? 0 }))
      .toSorted((one, other) => other.at - one.at);
    const oldestAt = Date.now() - LONGEST_AGE_MS;
    for (const [index, { key, at }] of byAge.entries()) {
      if (index >= MOST_DRAFTS || at < oldestAt) this.#storage.remove(key);
    }
  }
}

/** A user id may contain spaces; a thread id in a URL has none. */
function keyOf(userId: string, threadId: string): string {
  return `${PREFIX}${encodeURIComponent(threadId)} ${userId}`;
}

/** Undefined for the key of anything but a draft. */
function ownerOf(key: string): string | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  return key.slice(key.indexOf(" ", PREFIX.length) + 1);
}

/** The draft of one user in one thread. */
export class ThreadDraft implements Readable<Draft> {
  readonly getSnapshot: () => Draft;
  readonly subscribe: (listener: (draft: Draft) => void) => () => void;
  readonly #store: Store<Draft>;
  readonly #keep: (draft: Draft) => void;

  constructor(draft: Draft, keep: (draft: Draft) => void) {
    this.#store = new Store(draft);
    this.#keep = keep;
    this.getSnapshot = this.#store.getSnapshot;
    this.subscribe = this.#store.subscribe;
  }

  /** Changes these parts of it. */
  change(parts: Partial<Draft>): void {
    this.#store.update((draft) => ({ ...draft, ...parts }));
    this.#keep(this.getSnapshot());
  }

  /** Changes the new text of a message that is being edited; `undefined` ends editing it. */
  changeEdit(seq: number, text: string | undefined): void {
    const { [seq]: _before, ...others } = this.getSnapshot().edits;
    this.change({ edits: text === undefined ? others : { ...others, [seq]: text } });
  }

  /** Takes the place of what is known, and is not kept. */
  replace(draft: Draft): void {
    this.#store.set(draft);
  }
}
