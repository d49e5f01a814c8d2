/** Programs: steps of several users in one thread, one after the other. They are data, so that a failing one can be shrunk and printed. */
import * as fc from "fast-check";
import type { Role, WhoPosts } from "../../src/protocol/model.ts";

/** Ada creates the thread, Bo is a member from the start, Cy is not. */
export const USERS = ["Ada", "Bo", "Cy"] as const;
export type Who = (typeof USERS)[number];

/** How a command is sent. It means the same over both; a user without an open socket uses HTTP. */
export type Transport = "socket" | "http";

/** The cursor that a socket is opened with: the client's own, an older one, or an invalid one. */
export type CursorKind = "own" | "none" | "behind" | "start" | "ahead" | "other epoch" | "garbled";

/** `message` selects one of the existing messages, modulo their number; `nth` one of the user's own. */
export type Step =
  | { do: "open"; who: Who; cursor: CursorKind; by: number }
  | { do: "close" | "leave"; who: Who }
  | { do: "send"; who: Who; transport: Transport; replyTo: number | null }
  | { do: "burst"; who: Who; count: number }
  | { do: "simultaneous"; who: Who; with: Who }
  | { do: "disconnect"; who: Who }
  | { do: "resend"; who: Who; transport: Transport; nth: number; since: boolean }
  | { do: "edit" | "delete"; who: Who; transport: Transport; message: number }
  | { do: "react" | "unreact"; who: Who; transport: Transport; message: number; emoji: string }
  | { do: "crowd"; type: "react" | "unreact"; message: number; emoji: string; from: number; count: number }
  | { do: "read"; who: Who; transport: Transport; message: number }
  | { do: "rename"; who: Who; name: string | null }
  /** The host gives the user another name. */
  | { do: "name"; who: Who; name: string }
  | { do: "put"; who: Who; whom: Who; role: Role | null }
  | { do: "remove"; who: Who; whom: Who }
  | { do: "ban" | "lift ban" | "time out" | "end timeout"; who: Who; whom: Who }
  | { do: "settings"; who: Who; locked: boolean; whoPosts: WhoPosts }
  /** Accepts an invitation: who left is only ever invited. */
  | { do: "accept"; who: Who }
  | { do: "evict"; what: "thread" | "shards" };

export interface Program {
  kind: "group" | "public";
  /** Whether the thread has further members, who only react: more of them than a reaction lists. */
  isCrowded: boolean;
  steps: Step[];
}

/** The further members of a crowded thread. */
export const CROWD = 60;

export const who = fc.constantFrom(...USERS);
const transport = fc.constantFrom<Transport[]>("socket", "socket", "http");
const message = fc.nat({ max: 20 });
const emoji = fc.constantFrom("👍", "❤️");
const cursor = fc.constantFrom<CursorKind[]>(
  "own",
  "own",
  "own",
  "none",
  "behind",
  "start",
  "ahead",
  "other epoch",
  "garbled",
);

/** The type of the step that does this. */
export type StepOf<D extends Step["do"], S = Step> = S extends { do: infer N }
  ? D extends N
    ? S
    : never
  : never;

function step<D extends Step["do"]>(
  doing: D,
  rest: { [K in Exclude<keyof StepOf<D>, "do">]: fc.Arbitrary<StepOf<D>[K]> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(doing), ...rest }) as unknown as fc.Arbitrary<Step>;
}

export const anyRoomStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: step("open", { who, cursor, by: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 3, arbitrary: step("close", { who }) },
  { weight: 1, arbitrary: step("leave", { who }) },
  {
    weight: 8,
    arbitrary: step("send", { who, transport, replyTo: fc.option(message, { freq: 2 }) }),
  },
  // Some are of many messages, so that a thread has more than the 50 of a snapshot.
  { weight: 2, arbitrary: step("burst", { who, count: fc.constantFrom(2, 3, 5, 35) }) },
  { weight: 2, arbitrary: step("simultaneous", { who, with: who }) },
  { weight: 2, arbitrary: step("disconnect", { who }) },
  { weight: 4, arbitrary: step("resend", { who, transport, nth: message, since: fc.boolean() }) },
  { weight: 5, arbitrary: step("edit", { who, transport, message }) },
  { weight: 3, arbitrary: step("delete", { who, transport, message }) },
  { weight: 5, arbitrary: step("react", { who, transport, message, emoji }) },
  { weight: 3, arbitrary: step("unreact", { who, transport, message, emoji }) },
  { weight: 4, arbitrary: step("read", { who, transport, message }) },
  {
    weight: 2,
    arbitrary: step("rename", { who, name: fc.constantFrom("Pond", "Lake", null) }),
  },
  {
    weight: 5,
    arbitrary: step("put", {
      who,
      whom: who,
      role: fc.constantFrom<(Role | null)[]>(null, "member", "moderator", "owner"),
    }),
  },
  { weight: 3, arbitrary: step("remove", { who, whom: who }) },
  { weight: 2, arbitrary: step("ban", { who, whom: who }) },
  { weight: 2, arbitrary: step("lift ban", { who, whom: who }) },
  { weight: 2, arbitrary: step("time out", { who, whom: who }) },
  { weight: 1, arbitrary: step("end timeout", { who, whom: who }) },
  {
    weight: 2,
    arbitrary: step("settings", {
      who,
      locked: fc.boolean(),
      whoPosts: fc.constantFrom<WhoPosts[]>("members", "moderators"),
    }),
  },
  { weight: 2, arbitrary: step("accept", { who }) },
  {
    weight: 6,
    arbitrary: step("evict", { what: fc.constantFrom("thread" as const, "shards" as const) }),
  },
);

/** The same with users whose names change: those are of one program alone. */
const namedStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: step("name", { who, name: fc.constantFrom("Countess", "Robert", "Cyd", "Same") }) },
  { weight: 4, arbitrary: anyRoomStep },
);

const someMessage = fc.nat({ max: 1 });
const someEmoji = fc.constantFrom("👍", "👍", "👍", "❤️");
const reacting = fc.constantFrom("react" as const, "react" as const, "unreact" as const);

/** What happens to the reactions of few messages, when many users react to each. */
const crowdedStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: step("crowd", {
      type: reacting,
      message: someMessage,
      emoji: someEmoji,
      from: fc.constantFrom(0, 0, 20, CROWD - 5),
      count: fc.constantFrom(1, 2, 30, CROWD, CROWD),
    }),
  },
  { weight: 3, arbitrary: step("react", { who, transport, message: someMessage, emoji: someEmoji }) },
  { weight: 2, arbitrary: step("unreact", { who, transport, message: someMessage, emoji: someEmoji }) },
  { weight: 8, arbitrary: anyRoomStep },
);

/** What a crowded program begins with: the first users to react are listed, and Ada and Bo come after them. */
const popularMessage: Step[] = [
  { do: "open", who: "Ada", cursor: "own", by: 1 },
  { do: "open", who: "Bo", cursor: "own", by: 1 },
  { do: "send", who: "Ada", transport: "socket", replyTo: null },
  { do: "crowd", type: "react", message: 0, emoji: "👍", from: 0, count: CROWD - 5 },
];

function stepsOf(anyStep: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> {
  return fc.array(anyStep, { minLength: 1, maxLength: 18, size: "max" });
}

const crowdedSteps = stepsOf(crowdedStep).map((steps) => popularMessage.concat(steps));

const kind = fc.constantFrom<Program["kind"][]>("group", "group", "public");

export const programs: fc.Arbitrary<Program> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind, isCrowded: fc.constant(false), steps: stepsOf(anyRoomStep) }) },
  { weight: 1, arbitrary: fc.record({ kind, isCrowded: fc.constant(true), steps: crowdedSteps }) },
);

/** Programs in which the names of users change. */
export const namedPrograms: fc.Arbitrary<Program> = fc.record({
  kind,
  isCrowded: fc.constant(false),
  steps: stepsOf(namedStep),
});
