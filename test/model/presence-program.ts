/** Programs of steps in a group's room, and with its members' tabs. */
import * as fc from "fast-check";
import { anyRoomStep, USERS, who, type Step, type Who } from "./program.ts";

export type PresenceStep =
  | Step
  /** A second socket of a user who may be in the room already, as with two tabs. */
  | { do: "second socket" | "second socket closes"; who: Who }
  | { do: "typing"; who: Who }
  | { do: "tab" | "tab closes"; who: Who }
  | { do: "watch"; who: Who; whom: Who[] }
  /** Waits so long that users who closed their last tab are offline. */
  | { do: "wait" };

function stepOf<D extends PresenceStep["do"]>(doing: D): fc.Arbitrary<PresenceStep> {
  return fc.record({ do: fc.constant(doing), who }) as unknown as fc.Arbitrary<PresenceStep>;
}

/** Whether two runs of the step give the same: not where messages race one another or a disconnect. */
const isRepeatable = (step: Step) =>
  step.do !== "simultaneous" && step.do !== "disconnect" && step.do !== "evict";

const anyStep: fc.Arbitrary<PresenceStep> = fc.oneof(
  { weight: 18, arbitrary: anyRoomStep.filter(isRepeatable) },
  { weight: 3, arbitrary: stepOf("second socket") },
  { weight: 2, arbitrary: stepOf("second socket closes") },
  { weight: 2, arbitrary: stepOf("typing") },
  { weight: 8, arbitrary: stepOf("tab") },
  { weight: 4, arbitrary: stepOf("tab closes") },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("watch" as const), who, whom: fc.subarray([...USERS]) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
);

/** The usual situation, which is rare in random programs: everyone has a tab that subscribes to the others, and is in the room. */
const everyoneSubscribes: PresenceStep[] = USERS.flatMap((one): PresenceStep[] => [
  { do: "tab", who: one },
  { do: "watch", who: one, whom: [...USERS] },
]);
const everyoneIsInRoom: PresenceStep[] = [
  { do: "put", who: "Ada", whom: "Cy", role: null },
  ...USERS.map((one): PresenceStep => ({ do: "open", who: one, cursor: "own", by: 1 })),
];

export const presencePrograms: fc.Arbitrary<PresenceStep[]> = fc
  .tuple(
    fc.constantFrom([], everyoneSubscribes, everyoneIsInRoom, [...everyoneIsInRoom, ...everyoneSubscribes]),
    fc.array(anyStep, { minLength: 1, maxLength: 14, size: "max" }),
  )
  .map(([before, steps]) => before.concat(steps));
