/**
 * Blocking somebody, and lifting that: what is stored, and who is notified. The blocked is not; where they watched the
 * blocker, who may be online, the blocker goes offline.
 */
import type { BlockPage, PageQuery } from "../../protocol/http.ts";
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { BLOCKS } from "../../protocol/limits.ts";
import { directThreadId } from "../../rpc/thread.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { ReceivedInvitations } from "../invitations/received-invitations.ts";
import type { RateLimits } from "../rate-limits.ts";
import type { StatusPublisher } from "../status/status-publisher.ts";
import type { Subscriptions } from "../status/subscriptions.ts";
import type { Tabs } from "../status/tabs.ts";
import { HiddenThreads, WHILE_BLOCKED } from "../threads/hidden-threads.ts";
import type { ThreadNotifications } from "../threads/thread-notifications.ts";
import { makesContacts } from "../threads/thread-row.ts";
import type { ThreadUpdates } from "../threads/thread-updates.ts";
import { markerOf } from "../threads/unread.ts";
import type { UserThreads } from "../threads/user-threads.ts";
import type { BlockPropagation } from "./block-propagation.ts";
import type { UserBlocks } from "./user-blocks.ts";
import type { KnownProfiles } from "./known-profiles.ts";

export interface BlockingParts {
  connections: Connections;
  tabs: Tabs;
  rates: RateLimits;
  blocks: UserBlocks;
  blockPropagation: BlockPropagation;
  publisher: StatusPublisher;
  subscriptions: Subscriptions;
  userThreads: UserThreads;
  hiddenThreads: HiddenThreads;
  invitations: ReceivedInvitations;
  updates: ThreadUpdates;
  notifications: ThreadNotifications;
  knownProfiles: KnownProfiles;
}

export class Blocking {
  readonly #env: Env;
  readonly #parts: BlockingParts;

  constructor(env: Env, parts: BlockingParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /**
   * A user blocks another: a row written, two for the job that has their direct thread know, and an alarm; one more where that
   * thread is hidden by it. Nothing where they do already. `conflict` for the 1,001st. Resolves when the thread was called.
   */
  async block(userId: string, otherId: string): Promise<void> {
    const { rates, blocks, blockPropagation, publisher, subscriptions } = this.#parts;
    if (blocks.has(userId, otherId)) return;
    rates.block(userId);
    if (blocks.of(userId).length >= BLOCKS)
      throw new LilypadError("conflict", `You block ${BLOCKS} people already.`);
    const now = Date.now();
    const version = blockPropagation.nextVersion(now);
    const invitations = this.#parts.invitations.allShown(userId);
    blocks.add({ user_id: userId, blocked_id: otherId, at: version });
    this.#hideRequest(userId, otherId);
    this.#parts.notifications.notifyInvitations(userId, invitations);
    this.#notify(userId, otherId, true);
    publisher.hideFrom(userId, otherId);
    subscriptions.hide(userId, otherId);
    await blockPropagation.changed(userId, otherId, version, now);
  }

  /** A page of those whom a user blocks, each as the user may know them. */
  async page(userId: string, query: PageQuery): Promise<BlockPage> {
    const { blocks, ...next } = this.#parts.blocks.page(userId, query);
    const ids = blocks.map((block) => block.userId);
    const profiles = await this.#parts.knownProfiles.of(userId, ids);
    const byId = new Map(profiles.map((user) => [user.id, user]));
    return {
      blocks: blocks.map(({ userId: id, at }) => ({ user: byId.get(id) ?? { id, name: id }, at })),
      ...next,
    };
  }

  /**
   * Before an update of a direct thread is applied: who of those who join by it blocks the other, since which version. While
   * not both have written, it is hidden from who blocks.
   */
  applyTo(update: ThreadUpdate): { update: ThreadUpdate; blocks: { userId: string; version: number }[] } {
    const { kind, pair = [], joined, invited = [], makesContacts: isMutual = true } = update;
    const [one, other] = pair;
    if (kind !== "direct" || !one || !other || (isMutual && joined.length === 0 && invited.length === 0))
      return { update, blocks: [] };
    const versions = new Map([
      [one.id, this.#parts.blocks.at(one.id, other.id)],
      [other.id, this.#parts.blocks.at(other.id, one.id)],
    ]);
    const blocks = [...joined, ...invited].flatMap(({ userId }) => {
      const version = versions.get(userId);
      return version === undefined ? [] : [{ userId, version }];
    });
    if (isMutual) return { update, blocks };
    for (const [userId, version] of versions) if (version !== undefined) this.#hide(userId, update.threadId);
    const hidden = joined.filter(({ userId }) => versions.get(userId) !== undefined);
    const shown = joined.filter(({ userId }) => versions.get(userId) === undefined);
    for (const member of hidden) shown.push(Object.assign({}, member, { hiddenUpTo: WHILE_BLOCKED }));
    return { update: { ...update, joined: shown }, blocks };
  }

  /** A user blocks another no longer: as many rows. Nothing where they do not. Resolves when the thread was called. */
  async unblock(userId: string, otherId: string): Promise<void> {
    const { rates, blocks, blockPropagation, publisher, subscriptions } = this.#parts;
    if (!blocks.has(userId, otherId)) return;
    rates.block(userId);
    const now = Date.now();
    const version = blockPropagation.nextVersion(now);
    const invitations = this.#parts.invitations.allShown(userId);
    blocks.remove(userId, otherId);
    this.#showRequest(userId, otherId);
    this.#parts.notifications.notifyInvitations(userId, invitations);
    this.#notify(userId, otherId, false);
    publisher.showTo(userId, otherId);
    subscriptions.show(userId, otherId);
    await blockPropagation.changed(userId, otherId, version, now);
  }

  #notify(userId: string, otherId: string, blocked: boolean): void {
    const { tabs, connections } = this.#parts;
    tabs.send(userId, connections.encode([{ type: "blocked", userId: otherId, blocked }]));
  }

  /** A direct thread in which not both have written is none while one blocks the other: it leaves the blocker's list. */
  #hideRequest(userId: string, otherId: string): void {
    const threadId = directThreadId(this.#env, userId, otherId).toString();
    const row = this.#parts.userThreads.get(threadId);
    if (row && !makesContacts(row)) this.#hide(userId, threadId);
  }

  #hide(userId: string, threadId: string): void {
    const { updates, notifications } = this.#parts;
    const wasUnread = updates.hide(userId, threadId, WHILE_BLOCKED);
    if (wasUnread !== undefined) notifications.notifyRemoved(threadId, new Map([[userId, wasUnread]]));
  }

  #showRequest(userId: string, otherId: string): void {
    const { userThreads, hiddenThreads, notifications } = this.#parts;
    const threadId = directThreadId(this.#env, userId, otherId).toString();
    if (hiddenThreads.upTo(userId, threadId) !== WHILE_BLOCKED) return;
    hiddenThreads.show([userId], threadId);
    const row = userThreads.get(threadId);
    const readSeq = userThreads.readSeq(userId, threadId);
    if (row && readSeq !== undefined) notifications.notifyAdded(row, userId, markerOf(row, userId, readSeq));
  }
}
