/** Who may do what in the thread, by the table of rights: decided anew at every act, by what memory or the thread's own rows say then. */
import type { Kind, Role, User } from "../protocol/model.ts";
import * as rights from "../protocol/rights.ts";
import { isHost } from "../protocol/system-user.ts";
import type { MessageRequest } from "./consent/message-request.ts";
import { forbidden, moderatorsOnly, noSuchThread, timedOut } from "./errors.ts";
import type { DirectBlocks } from "./members/direct-blocks.ts";
import type { Membership } from "./members/membership.ts";
import type { ThreadContacts } from "./members/thread-contacts.ts";
import type { BanStore } from "./moderation/ban-store.ts";
import type { SettingsStore } from "./moderation/settings-store.ts";

export interface AccessParts {
  kind: Kind;
  membership: Membership;
  bans: BanStore;
  settings: SettingsStore;
  blocks: DirectBlocks;
  contacts: ThreadContacts;
  request: MessageRequest;
}

/** Whether a block keeps the two of a direct thread from an action. */
const BLOCKED: Readonly<Record<rights.Action, boolean>> = {
  send: true,
  edit: true,
  react: true,
  type: true,
  "move the read marker": false,
  "change the thread": false,
  "put thread": false,
  "delete thread": false,
  "see bans": false,
  "see reports": false,
  "manage links": false,
  "read the audit log": false,
};

export class Access {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** The user's standing, or `not_found` where they may not see the thread. */
  standing(user: User): rights.Standing {
    const standing = this.#standingOf(user);
    if (!rights.maySee(this.#parts.kind, standing)) throw noSuchThread();
    return standing;
  }

  /**
   * Throws `forbidden` for one who is banned from a thread that they could see: a socket is refused with that, as one that was
   * open is closed. To anyone else who may not see it, and whatever is no socket, it does not exist.
   */
  requireNoBan(user: User): void {
    const { kind, bans } = this.#parts;
    if (this.#standingOf(user) !== "banned") return;
    if (kind === "public" || bans.get(user.id, Date.now())?.role != null) throw forbidden();
  }

  /** Whether a user may see the thread. */
  isSeenBy(user: User): boolean {
    return rights.maySee(this.#parts.kind, this.#standingOf(user));
  }

  /**
   * Throws `forbidden` where the user may not, with `retryAfterMs` where that is because they are timed out; `not_found` where
   * they may not see the thread.
   */
  require(action: rights.Action, user: User): void {
    const { kind, settings } = this.#parts;
    const standing = this.standing(user);
    const { current } = settings;
    if (rights.may(action, kind, standing, current)) return this.#requireUnblocked(action, user);
    this.requireNoTimeout(user, (role) => rights.may(action, kind, role));
    if (rights.may(action, kind, standing)) throw moderatorsOnly(current.locked);
    throw forbidden();
  }

  /** Throws the refusal of one who is timed out, where they might do something by their role. */
  requireNoTimeout(user: User, may: (role: Role) => boolean): void {
    const member = this.#parts.membership.get(user.id);
    const now = Date.now();
    if (member && rights.standingOf(member, now) === "timed out" && may(member.role))
      throw timedOut(member.timeoutUntil ?? now, now);
  }

  /**
   * Throws where a block keeps a user from writing: their own; or the other's, where both have written or a request was
   * accepted. Until then they are answered as ever, and cannot notice.
   */
  #requireUnblocked(action: rights.Action, { id }: User): void {
    const { blocks, contacts, request } = this.#parts;
    if (!blocks.isAny || !BLOCKED[action]) return;
    if (blocks.isBy(id) || contacts.haveBothWritten || request.acceptedBy !== undefined) throw forbidden();
  }

  #standingOf(user: User): rights.Standing {
    if (isHost(user)) return "host";
    if (this.#parts.request.isTo(user.id)) return "invited";
    const member = this.#parts.membership.get(user.id);
    if (member) return rights.standingOf(member, Date.now());
    return this.#parts.bans.isBanned(user.id, Date.now()) ? "banned" : null;
  }
}
