import { describe, expect, it } from "vitest";
import { threadPreview } from "../../src/web/thread-list/thread-preview.ts";
import { threadTitle } from "../../src/web/thread-list/thread-title.ts";
import { ADA, BEN, NOW } from "../client/support/samples.ts";

describe("a thread's title", () => {
  it("is the other person's name in a direct thread", () => {
    expect(threadTitle({ kind: "direct", name: null, members: [ADA, BEN] }, ADA.id)).toBe("Ben");
  });

  it("is a group's name, or else the names of its other members", () => {
    expect(threadTitle({ kind: "group", name: "Pond", members: [] }, ADA.id)).toBe("Pond");
    expect(threadTitle({ kind: "group", name: null, members: [ADA, BEN] }, ADA.id)).toBe("Ben");
  });
});

describe("a thread's preview", () => {
  const lastMessage = { seq: 1, author: BEN, preview: "Hello", at: NOW };

  it("names the author, unless only one person can have written it", () => {
    expect(threadPreview({ kind: "group", lastMessage }, ADA.id)).toEqual({ author: "Ben", text: "Hello" });
    expect(threadPreview({ kind: "direct", lastMessage }, ADA.id)).toEqual({ text: "Hello" });
    expect(threadPreview({ kind: "direct", lastMessage }, BEN.id)).toEqual({ author: "You", text: "Hello" });
  });

  it("says so where the newest message was deleted, and where there is none", () => {
    const deleted = { ...lastMessage, preview: "", deletedAt: lastMessage.at };
    expect(threadPreview({ kind: "direct", lastMessage: deleted }, ADA.id).text).toBe("Message deleted");
    expect(threadPreview({ kind: "direct" }, ADA.id).text).toBe("No messages yet");
  });
});
