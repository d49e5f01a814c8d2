/** Programs around one group: what is done in its room, and what is done with tabs. */
import * as fc from "fast-check";
import { anyRoomStep, USERS, who, type Step, type Who } from "./program.ts";

export type PresenceStep =
  | Step
  /** A second socket of one who may be in the room already, as with two tabs. */
  | { do: "second socket" | "second socket closes"; who: Who }
  | { do: "typing"; who: Who }
  | { do: "tab" | "tab closes"; who: Who }
  | { do: "watch"; who: Who; whom: Who[] }
  /** So long that whoever closed the last tab is offline. */
  | { do: "wait" };

function own<D extends PresenceStep["do"]>(doing: D): fc.Arbitrary<PresenceStep> {
  return fc.record({ do: fc.constant(doing), who }) as unknown as fc.Arbitrary<PresenceStep>;
}

/** Of two at the same moment the thread decides the order, and of a broken line how much came through: no two runs are equal. */
const isRepeatable = (step: Step) => step.do !== "cross" && step.do !== "cut" && step.do !== "evict";

const anyLifeStep: fc.Arbitrary<PresenceStep> = fc.oneof(
  { weight: 18, arbitrary: anyRoomStep.filter(isRepeatable) },
  { weight: 3, arbitrary: own("second socket") },
  { weight: 2, arbitrary: own("second socket closes") },
  { weight: 2, arbitrary: own("typing") },
  { weight: 8, arbitrary: own("tab") },
  { weight: 4, arbitrary: own("tab closes") },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("watch" as const), who, whom: fc.subarray([...USERS]) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
);

/** Everyone has a tab that watches the others, and is in the room: so it is most of the time, and seldom by chance. */
const everyoneWatches: PresenceStep[] = USERS.flatMap((one): PresenceStep[] => [
  { do: "tab", who: one },
  { do: "watch", who: one, whom: [...USERS] },
]);
const everyoneIsHere: PresenceStep[] = [
  { do: "put", who: "Ada", whom: "Cy", role: null },
  ...USERS.map((one): PresenceStep => ({ do: "open", who: one, cursor: "own", by: 1 })),
];

export const presencePrograms: fc.Arbitrary<PresenceStep[]> = fc
  .tuple(
    fc.constantFrom([], everyoneWatches, everyoneIsHere, [...everyoneIsHere, ...everyoneWatches]),
    fc.array(anyLifeStep, { minLength: 1, maxLength: 14, size: "max" }),
  )
  .map(([before, steps]) => before.concat(steps));
