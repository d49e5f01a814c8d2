import { expect, it } from "vitest";
import { formatCursor, parseCursor } from "../../../src/client/room/cursor.ts";

it("parses a cursor that it has written, also where the epoch contains a colon", () => {
  expect(parseCursor(formatCursor({ epoch: "e:1", rev: 42 }))).toEqual({ epoch: "e:1", rev: 42 });
});
