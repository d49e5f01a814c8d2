import { describe, expect, it } from "vitest";
import { messageIn } from "../../../src/client/room/room-state.ts";
import { BEN, history, message, messages, NOW, reduceAll, roomAfter, welcome } from "../support/samples.ts";

describe("a quoted message", () => {
  const room = { ...roomAfter(welcome(60), history(messages(11, 60))), quoted: [message(3)] };

  it("is found beside those in the list, and does not join it", () => {
    expect(messageIn(room, 3)?.body).toBe("message 3");
    expect(messageIn(room, 11)?.body).toBe("message 11");
    expect(messageIn(room, 60)?.body).toBe("message 60");
    expect(messageIn(room, 4)).toBeUndefined();
    expect(messageIn(room, 61)).toBeUndefined();
    expect(room.messages[0]?.seq).toBe(11);
  });

  it("is edited and deleted by events", () => {
    const edited = reduceAll(room, {
      type: "edit",
      rev: 61,
      message: message(3, { rev: 61, body: "other" }),
    });
    expect(messageIn(edited, 3)?.body).toBe("other");
    const deleted = reduceAll(edited, { type: "delete", rev: 62, seq: 3, deletedAt: NOW, by: BEN });
    expect(messageIn(deleted, 3)).toMatchObject({ body: "", deletedAt: NOW });
  });

  it("is forgotten at a snapshot, and kept where the room resumes", () => {
    expect(messageIn(reduceAll(room, welcome(60, { resumed: true })), 3)).toBeDefined();
    expect(messageIn(reduceAll(room, welcome(60)), 3)).toBeUndefined();
  });
});
