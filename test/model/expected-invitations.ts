/**
 * The model: who is invited, by whom, and what each of three people sees of it, by the contract alone. Each method returns the
 * status that the request is to be answered with.
 */
import { REQUEST_MESSAGES } from "../../src/protocol/limits.ts";
import type { Role } from "../../src/protocol/model.ts";
import type { Who } from "./program.ts";

interface Invitation {
  /** When, as a count; absent once it was withdrawn. */
  at?: number;
  /** Not shown, nor one that the same inviter makes later. */
  isDeclined: boolean;
}

interface Direct {
  /** Who asked; absent where nobody had to. */
  from?: Who;
  isAccepted: boolean;
  isDeclined: boolean;
  authors: Who[];
  /** Both have written, or count so: they are contacts by it. */
  isMutual: boolean;
}

/** What an invitation shows. */
export interface Shown {
  thread: string;
  invitedBy: Who;
  /** Of a message request. */
  seq: number;
}

export class ExpectedInvitations {
  readonly roles = new Map<Who, Role>([
    ["Ada", "owner"],
    ["Bo", "moderator"],
  ]);
  /** By who is invited, and who invited them, in the order in which they did. */
  readonly #invitations = new Map<Who, Map<Who, Invitation>>();
  /** Who left, or declined. */
  readonly #onlyInvited = new Set<Who>();
  readonly #blocks = new Set<string>();
  readonly #directs = new Map<string, Direct>();
  #clock = 0;

  // --- the group

  invite({ who, whom }: { who: Who; whom: Who }): number {
    const refused = this.#refusedToModerate(who);
    if (refused) return refused;
    if (this.roles.has(whom)) return 200;
    // Also one who was invited before they were a contact.
    if (this.areContacts(who, whom) && !this.#onlyInvited.has(whom)) {
      this.#join(whom);
      return 200;
    }
    const invitations = this.#of(whom);
    const earlier = invitations.get(who);
    if (earlier?.at !== undefined) return 202;
    if (this.#hasBlocked(who, whom)) return 403;
    invitations.set(who, { at: ++this.#clock, isDeclined: earlier?.isDeclined ?? false });
    return 202;
  }

  withdraw({ who, whom }: { who: Who; whom: Who }): number {
    const refused = this.#refusedToModerate(who);
    if (refused) return refused;
    const role = this.roles.get(whom);
    if (role !== undefined && role !== "member" && this.roles.get(who) !== "owner") return 403;
    this.roles.delete(whom);
    for (const [by, { isDeclined }] of this.#of(whom)) {
      if (isDeclined) this.#of(whom).set(by, { isDeclined });
      else this.#of(whom).delete(by);
    }
    return 204;
  }

  accept(who: Who): number {
    if (this.roles.has(who)) return 200;
    if (this.pending(who).length === 0) return 404;
    this.#join(who);
    return 200;
  }

  decline(who: Who): number {
    if (this.roles.has(who)) return 403;
    const invitations = [...this.#of(who).values()];
    const shown = invitations.filter(({ at, isDeclined }) => at !== undefined && !isDeclined);
    for (const one of shown) one.isDeclined = true;
    if (shown.length > 0) this.#onlyInvited.add(who);
    return invitations.some(({ isDeclined }) => isDeclined) ? 204 : 404;
  }

  leave(who: Who): number {
    if (!this.roles.delete(who)) return 404;
    this.#onlyInvited.add(who);
    return 204;
  }

  /** Who invited a user, in order: what moderators see. */
  pending(whom: Who): Who[] {
    return this.#pending(whom).map(([by]) => by);
  }

  // --- two people

  block({ who, whom }: { who: Who; whom: Who }): number {
    this.#blocks.add(`${who} ${whom}`);
    return 204;
  }

  unblock({ who, whom }: { who: Who; whom: Who }): number {
    this.#blocks.delete(`${who} ${whom}`);
    return 204;
  }

  areContacts(who: Who, whom: Who): boolean {
    if (this.#isBlocked(who, whom)) return false;
    return (this.roles.has(who) && this.roles.has(whom)) || this.#direct(who, whom)?.isMutual === true;
  }

  ask({ who, whom }: { who: Who; whom: Who }): number {
    if (this.#direct(who, whom)) return 200;
    if (this.#hasBlocked(who, whom)) return 403;
    const isRequest = !this.areContacts(who, whom);
    const state = { isAccepted: false, isDeclined: false, authors: [], isMutual: false };
    this.#directs.set(pairOf(who, whom), { ...state, ...(isRequest && { from: who }) });
    return 201;
  }

  write({ who, whom }: { who: Who; whom: Who }): number {
    const direct = this.#direct(who, whom);
    if (!direct) return 404;
    const isPending = direct.from !== undefined && !direct.isAccepted;
    const isRefusedToBoth = direct.isMutual || direct.isAccepted;
    if (this.#isBlocked(who, whom) && (this.#hasBlocked(who, whom) || isRefusedToBoth)) return 403;
    if (isPending && direct.from === who && direct.authors.length >= REQUEST_MESSAGES) return 403;
    if (isPending && direct.from !== who) this.acceptRequest({ who, whom });
    direct.authors.push(who);
    const answered = direct.authors[0] !== who && !this.#isBlocked(who, whom);
    if (answered || (direct.isAccepted && direct.from === who)) direct.isMutual = true;
    return 201;
  }

  acceptRequest({ who, whom }: { who: Who; whom: Who }): number {
    const direct = this.#direct(who, whom);
    if (!direct) return 404;
    if (direct.from !== whom || direct.isAccepted) return 200;
    direct.isAccepted = true;
    // Accepting counts as having written, but not to one who blocks.
    if (direct.authors.length > 0 && !this.#isBlocked(who, whom)) direct.isMutual = true;
    return 200;
  }

  declineRequest({ who, whom }: { who: Who; whom: Who }): number {
    const direct = this.#direct(who, whom);
    if (!direct) return 404;
    if (direct.from !== whom || direct.isAccepted) return 403;
    direct.isDeclined = true;
    return 204;
  }

  // --- what one sees

  /** `threadOf`: of a pair. */
  shownTo(who: Who, group: string, threadOf: (whom: Who) => string): Shown[] {
    const invitedBy = this.#pending(who).find(
      ([by, { isDeclined }]) => !isDeclined && !this.#hasBlocked(who, by),
    )?.[0];
    const others = (["Ada", "Bo", "Cy"] as const).filter((whom) => whom !== who);
    const requests = others.flatMap((whom) => {
      const direct = this.#direct(who, whom);
      const isShown = direct?.from === whom && !direct.isAccepted && !direct.isDeclined;
      if (!isShown || this.#hasBlocked(who, whom)) return [];
      return [{ thread: threadOf(whom), invitedBy: whom, seq: direct.authors.length }];
    });
    return invitedBy === undefined ? requests : [{ thread: group, invitedBy, seq: 0 }, ...requests];
  }

  // --- within

  #refusedToModerate(who: Who): number | undefined {
    const role = this.roles.get(who);
    if (role === undefined) return 404;
    return role === "member" ? 403 : undefined;
  }

  #join(who: Who): void {
    this.roles.set(who, "member");
    this.#invitations.delete(who);
    this.#onlyInvited.delete(who);
  }

  #of(whom: Who): Map<Who, Invitation> {
    const invitations = this.#invitations.get(whom) ?? new Map<Who, Invitation>();
    this.#invitations.set(whom, invitations);
    return invitations;
  }

  #pending(whom: Who): [Who, Invitation][] {
    return [...this.#of(whom)]
      .filter(([, { at }]) => at !== undefined)
      .toSorted(([, a], [, b]) => (a.at ?? 0) - (b.at ?? 0));
  }

  #direct(who: Who, whom: Who): Direct | undefined {
    return this.#directs.get(pairOf(who, whom));
  }

  #hasBlocked(who: Who, whom: Who): boolean {
    return this.#blocks.has(`${who} ${whom}`);
  }

  #isBlocked(who: Who, whom: Who): boolean {
    return this.#hasBlocked(who, whom) || this.#hasBlocked(whom, who);
  }
}

function pairOf(who: Who, whom: Who): string {
  return [who, whom].toSorted().join(" ");
}
