/** What is being composed: whose it is, how long it is kept, and what other tabs make of it. */
import { describe, expect, it, vi, onTestFinished } from "vitest";
import type { KeptItems } from "../../src/web/browser-storage.ts";
import { draftPreview, EMPTY_DRAFT } from "../../src/web/drafts/draft.ts";
import { Drafts } from "../../src/web/drafts/drafts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a browser keeps, in memory. */
function newStorage(items = new Map<string, string>()): KeptItems {
  return {
    get: (key) => items.get(key),
    set: (key, value) => {
      items.set(key, value);
      return true;
    },
    remove: (key) => void items.delete(key),
    keys: () => [...items.keys()],
  };
}

/** A browser that keeps nothing for the page. */
const NO_STORAGE: KeptItems = { get: () => undefined, set: () => false, remove: () => {}, keys: () => [] };

function useFakeTime(): void {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
}

const textOf = (drafts: Drafts, userId: string, threadId: string) =>
  drafts.of(userId, threadId).getSnapshot().text;

describe("a draft", () => {
  it("is kept as one: the text, what it replies to, and edits", () => {
    const storage = newStorage();
    const draft = new Drafts(storage).of("ada", "t1");
    draft.change({ text: "Hello", replyTo: 7 });
    draft.changeEdit(3, "new text");
    expect(new Drafts(storage).of("ada", "t1").getSnapshot()).toMatchObject({
      text: "Hello",
      replyTo: 7,
      edits: { 3: "new text" },
    });
  });

  it("is its user's and its thread's alone", () => {
    const drafts = new Drafts(newStorage());
    drafts.of("ada", "t1").change({ text: "Hello" });
    expect(textOf(drafts, "bob", "t1")).toBe("");
    expect(textOf(drafts, "ada", "t2")).toBe("");
  });

  it("leaves nothing behind once it is empty", () => {
    const storage = newStorage();
    const draft = new Drafts(storage).of("ada", "t1");
    draft.change({ text: "Hello", replyTo: 7 });
    draft.changeEdit(3, "new text");
    draft.changeEdit(3, undefined);
    draft.change({ text: "", replyTo: undefined });
    expect(storage.keys()).toEqual([]);
  });

  it("lasts as long as the page where nothing can be kept", () => {
    const drafts = new Drafts(NO_STORAGE);
    drafts.of("ada", "t1").change({ text: "Hello" });
    expect(textOf(drafts, "ada", "t1")).toBe("Hello");
  });

  it.each(["", "{", "null", "7", '{"text":7,"at":1,"edits":{}}', '{"text":"a","at":1,"edits":{"3":7}}'])(
    "that is none is not shown: %j",
    (kept) => {
      const storage = newStorage(new Map([["lilypad draft t1 ada", kept]]));
      expect(new Drafts(storage).of("ada", "t1").getSnapshot()).toEqual(EMPTY_DRAFT);
    },
  );

  it("notifies its listeners of each change", () => {
    const draft = new Drafts(newStorage()).of("ada", "t1");
    const heard: string[] = [];
    draft.subscribe(({ text }) => heard.push(text));
    draft.change({ text: "H" });
    draft.change({ text: "Hi" });
    expect(heard).toEqual(["", "H", "Hi"]);
  });
});

describe("drafts", () => {
  it("go after 30 days", () => {
    useFakeTime();
    const storage = newStorage();
    new Drafts(storage).of("ada", "t1").change({ text: "Hello" });
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(textOf(new Drafts(storage), "ada", "t1")).toBe("Hello");
    vi.advanceTimersByTime(1);
    expect(textOf(new Drafts(storage), "ada", "t1")).toBe("");
    expect(storage.keys()).toEqual([]);
  });

  it("are 50 at most, of which the oldest go, and nothing else that is kept", () => {
    useFakeTime();
    const storage = newStorage(new Map([["another page's", "own"]]));
    const drafts = new Drafts(storage);
    for (let n = 1; n <= 52; n++) {
      drafts.of("ada", `t${n}`).change({ text: `draft ${n}` });
      vi.advanceTimersByTime(1);
    }
    expect(storage.keys()).toHaveLength(51);
    expect(storage.get("another page's")).toBe("own");
    const after = new Drafts(storage);
    expect([1, 2, 3, 52].map((n) => textOf(after, "ada", `t${n}`))).toEqual(["", "", "draft 3", "draft 52"]);
  });

  it("of a user can be forgotten, and those of others stay", () => {
    const storage = newStorage();
    const drafts = new Drafts(storage);
    for (const [userId, threadId] of [
      ["ada", "t1"],
      ["ada", "t2"],
      ["b ada", "t1"],
    ] as const) {
      drafts.of(userId, threadId).change({ text: "Hello" });
    }
    drafts.forget("ada");
    for (const seen of [drafts, new Drafts(storage)]) {
      expect(textOf(seen, "ada", "t1")).toBe("");
      expect(textOf(seen, "ada", "t2")).toBe("");
      expect(textOf(seen, "b ada", "t1")).toBe("Hello");
    }
  });

  it("follow another tab, which decides if it was the last one to change them", () => {
    const storage = newStorage();
    const [one, other] = [new Drafts(storage), new Drafts(storage)];
    one.of("ada", "t1").change({ text: "one" });
    one.of("ada", "t2").change({ text: "one" });
    other.of("ada", "t1").change({ text: "other" });
    one.changedElsewhere("lilypad draft t1 ada");
    expect(textOf(one, "ada", "t1")).toBe("other");
    other.of("ada", "t1").change({ text: "" });
    one.changedElsewhere("lilypad draft t1 ada");
    expect(textOf(one, "ada", "t1")).toBe("");
    expect(textOf(one, "ada", "t2")).toBe("one");
  });

  it("are gone with all else that the browser kept", () => {
    const items = new Map<string, string>();
    const drafts = new Drafts(newStorage(items));
    drafts.of("ada", "t1").change({ text: "Hello" });
    items.clear();
    drafts.changedElsewhere(null);
    expect(textOf(drafts, "ada", "t1")).toBe("");
  });
});

describe("the preview of a draft", () => {
  it("is its text, or else that of an edit", () => {
    expect(draftPreview({ text: "Hello", edits: { 3: "edited" } })).toBe("Hello");
    expect(draftPreview({ text: " ", edits: { 3: "edited" } })).toBe("edited");
    expect(draftPreview({ text: "", replyTo: 7, edits: {} })).toBe(undefined);
  });
});
