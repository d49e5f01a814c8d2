/** Programs of invitations into a group, message requests, and blocks between three people: Ada owns the group, Bo moderates it. */
import * as fc from "fast-check";
import { USERS, type Who } from "./program.ts";

/** `whom` is never `who`. */
export type InvitationStep =
  /** Adds, or invites, into the group. */
  | { do: "invite"; who: Who; whom: Who }
  /** Withdraws an invitation, or removes a member. */
  | { do: "withdraw"; who: Who; whom: Who }
  | { do: "accept" | "decline" | "leave"; who: Who }
  | { do: "rename"; name: string }
  | { do: "block" | "unblock"; who: Who; whom: Who }
  /** Opens the direct thread of the two. */
  | { do: "ask"; who: Who; whom: Who }
  /** Writes in it. */
  | { do: "write"; who: Who; whom: Who }
  /** Accepts or declines it. */
  | { do: "accept request" | "decline request"; who: Who; whom: Who }
  | { do: "evict" };

const pair = fc.constantFrom(
  ...USERS.flatMap((who) => USERS.filter((other) => other !== who).map((whom) => ({ who, whom }))),
);
const one = fc.constantFrom(...USERS);

/** Mostly it is Cy who is invited, by one of the others. */
const inviting = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Who>("Ada", "Bo").map((who) => ({ who, whom: "Cy" as const })) },
  { weight: 1, arbitrary: pair },
);
const invited = fc.oneof({ weight: 3, arbitrary: fc.constant<Who>("Cy") }, { weight: 1, arbitrary: one });

const twoDo = (doing: InvitationStep["do"], people: typeof pair = pair) =>
  people.map((both) => ({ do: doing, ...both }) as InvitationStep);
const oneDoes = (doing: InvitationStep["do"], person = one) =>
  person.map((who) => ({ do: doing, who }) as InvitationStep);

const anyStep: fc.Arbitrary<InvitationStep> = fc.oneof(
  { weight: 8, arbitrary: twoDo("invite", inviting) },
  { weight: 3, arbitrary: twoDo("withdraw", inviting) },
  { weight: 3, arbitrary: oneDoes("accept", invited) },
  { weight: 3, arbitrary: oneDoes("decline", invited) },
  { weight: 2, arbitrary: oneDoes("leave", invited) },
  { weight: 1, arbitrary: fc.constantFrom("Pond", "Lake").map((name) => ({ do: "rename" as const, name })) },
  { weight: 4, arbitrary: twoDo("block") },
  { weight: 3, arbitrary: twoDo("unblock") },
  { weight: 4, arbitrary: twoDo("ask") },
  { weight: 6, arbitrary: twoDo("write") },
  { weight: 2, arbitrary: twoDo("accept request") },
  { weight: 2, arbitrary: twoDo("decline request") },
  { weight: 3, arbitrary: fc.constant({ do: "evict" as const }) },
);

export const invitationPrograms: fc.Arbitrary<InvitationStep[]> = fc.array(anyStep, {
  minLength: 1,
  maxLength: 20,
  size: "max",
});
