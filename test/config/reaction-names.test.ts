/** REACTION_NAMES: what clients call reactions. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectLogged } from "../support/console.ts";
import { configOf } from "../../src/config/config.ts";
import { roomEvent } from "../../src/socketio/events/room-events.ts";
import { ReactionNames } from "../../src/config/reaction-names.ts";

const named = (names: unknown): Env => ({ ...env, REACTION_NAMES: JSON.stringify(names) });
const names = new ReactionNames(named({ "/frog.gif": "🐸", "/other-frog.gif": "🐸" }));

describe("a reaction", () => {
  it("has as its name the first that stands for its emoji", () => {
    const event = { type: "react", rev: 2, seq: 1, emoji: "🐸", user: { id: "ada", name: "Ada" } } as const;
    const [, shown] = roomEvent(event, "f".repeat(64), "pond", names) ?? [];
    expect(shown).toMatchObject({ emoji: "🐸", reactionType: "/frog.gif", room: "pond" });
    expect(names.nameOf("👍")).toBe("👍");
  });

  it("may be named by any of them, or by an emoji", () => {
    expect(["/frog.gif", "/other-frog.gif", "👍"].map((name) => names.emojiOf(name))).toEqual([
      "🐸",
      "🐸",
      "👍",
    ]);
    expect(() => names.emojiOf("/toad.gif")).toThrow("is not one emoji");
  });
});

describe("REACTION_NAMES", () => {
  it.each([["frog"], { "/frog.gif": "frog" }, { "/frog.gif": 1 }])(
    "that is no such object is refused: %j",
    (value) => {
      expectLogged(/REACTION_NAMES is no JSON object/);
      expect(() => configOf(named(value))).toThrow("REACTION_NAMES is no JSON object of names and emoji");
    },
  );
});
