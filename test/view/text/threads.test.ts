import { describe, expect, it } from "vitest";
import { threadPreview } from "../../../src/view/text/thread-preview.ts";
import { threadTitle } from "../../../src/view/text/thread-title.ts";
import { ADA, BEN, NOW } from "../../client/support/samples.ts";

describe("a thread's title", () => {
  it("is the other person's name in a direct thread", () => {
    expect(threadTitle({ kind: "direct", name: null, members: [ADA, BEN] }, ADA.id)).toBe("Ben");
  });

  it("is a group's name, or else the names of its other members", () => {
    expect(threadTitle({ kind: "group", name: "Pond", members: [] }, ADA.id)).toBe("Pond");
    expect(threadTitle({ kind: "group", name: null, members: [ADA, BEN] }, ADA.id)).toBe("Ben");
  });

  it("of a group without a name is the same from its first members as from all", () => {
    const all = ["ada", "ben", "cy", "di", "eve", "fay"].map((id) => ({ id, name: id }));
    const titles = (memberCount: number, ownId: string) => {
      const group = { kind: "group", name: null, memberCount } as const;
      return [Math.min(4, memberCount), memberCount].map((shown) =>
        threadTitle({ ...group, members: all.slice(0, shown) }, ownId),
      );
    };
    expect(titles(4, "ben")).toEqual(["ada, cy, and di", "ada, cy, and di"]);
    expect(titles(6, "ben")).toEqual(["ada, cy, and 3 others", "ada, cy, and 3 others"]);
    expect(titles(6, "fay")).toEqual(["ada, ben, and 3 others", "ada, ben, and 3 others"]);
    expect(titles(1, "ada")).toEqual(["Group chat", "Group chat"]);
  });

  it("isolates each name that may read from right to left", () => {
    const members = ["me", "\u05d0", "b", "\u05d2"].map((name) => ({ id: name, name }));
    expect(threadTitle({ kind: "group", name: null, members, memberCount: 4 }, "me")).toBe(
      "\u2068\u05d0\u2069, b, and \u2068\u05d2\u2069",
    );
  });

  it("of a public thread without a name does not depend on who is in it", () => {
    const shown = { kind: "public", name: null } as const;
    expect(threadTitle(shown, ADA.id)).toBe("Public chat");
    expect(threadTitle({ ...shown, members: [ADA, BEN], memberCount: 2 }, ADA.id)).toBe("Public chat");
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
