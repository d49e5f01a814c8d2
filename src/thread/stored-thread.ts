/**
 * A thread over its own storage: its own row, and the parts it is made of. What can be done to it stands in commands.ts, what
 * readers see of it in thread-view.ts. It knows no sockets and never waits.
 */
import type { Config } from "../config/config.ts";
import { fillerLike } from "../durable/record-length.ts";
import type { ReadState } from "../protocol/http.ts";
import type { Kind, Role, ThreadInfo, ThreadSettings, User } from "../protocol/model.ts";
import type { ThreadData } from "../protocol/fields.ts";
import type { Action, Standing } from "../protocol/rights.ts";
import type { Caller } from "../rpc/caller.ts";
import type { ThreadInit } from "../rpc/thread.ts";
import { Access } from "./access.ts";
import type { ConsentSettings, Invitee } from "./consent/adding.ts";
import { InvitationStore } from "./consent/invitation-store.ts";
import { MessageRequest } from "./consent/message-request.ts";
import { forbidden, noSuchThread } from "./errors.ts";
import { HostData } from "./host-data.ts";
import { LinkStore } from "./links/link-store.ts";
import { DirectBlocks } from "./members/direct-blocks.ts";
import { Membership, type StoredMember } from "./members/membership.ts";
import { Profiles } from "./members/profiles.ts";
import { ReadMarkers } from "./members/read-markers.ts";
import { ThreadContacts } from "./members/thread-contacts.ts";
import { ChangeLog, type Change } from "./messages/change-log.ts";
import { Deduplication } from "./messages/deduplication.ts";
import { MessageLog } from "./messages/message-log.ts";
import { AuditStore } from "./moderation/audit-store.ts";
import { BanStore } from "./moderation/ban-store.ts";
import { Purges } from "./moderation/purges.ts";
import { SettingsStore } from "./moderation/settings-store.ts";
import { SlowMode } from "./moderation/slow-mode.ts";
import { ReactionStore } from "./messages/reactions.ts";
import { ReportStore } from "./reports/report-store.ts";

type ThreadRow = {
  kind: Kind;
  name: string | null;
  created_at: number;
  epoch: string;
  deleting: number;
  key: string | null;
  mutual: number | null;
};

/** The configuration that a thread depends on. */
export type ThreadConfig = Pick<Config, "presenceShards" | "systemName"> & ConsentSettings;

export class StoredThread {
  readonly profiles: Profiles;
  readonly membership: Membership;
  readonly messages: MessageLog;
  readonly contacts: ThreadContacts;
  readonly blocks: DirectBlocks;
  readonly changes: ChangeLog;
  readonly readMarkers: ReadMarkers;
  readonly reactions: ReactionStore;
  readonly deduplication: Deduplication;
  readonly reports: ReportStore;
  readonly links: LinkStore;
  readonly audit: AuditStore;
  readonly settings: SettingsStore;
  readonly slowMode: SlowMode;
  readonly bans: BanStore;
  readonly purges: Purges;
  readonly access: Access;
  readonly invitations: InvitationStore;
  readonly request: MessageRequest;
  readonly consent: ConsentSettings;
  readonly #id: string;
  readonly #sql: SqlStorage;
  readonly #row: ThreadRow;
  readonly #data: HostData;

  /** A thread that exists. */
  constructor(sql: SqlStorage, id: string, config: ThreadConfig) {
    this.#id = id;
    this.#sql = sql;
    this.profiles = new Profiles(sql, config.systemName);
    this.membership = new Membership(sql, config.presenceShards);
    this.invitations = new InvitationStore(sql, (userId) => this.membership.unconfirmed.add(userId));
    this.request = new MessageRequest(sql);
    this.consent = config;
    this.messages = new MessageLog(sql, this.profiles);
    this.changes = new ChangeLog(sql);
    this.readMarkers = new ReadMarkers(sql, this.membership, this.messages);
    this.reactions = new ReactionStore(sql);
    this.reports = new ReportStore(sql, id, this.profiles);
    this.links = new LinkStore(sql, this.profiles);
    this.deduplication = new Deduplication(this.messages);
    this.audit = new AuditStore(sql, this.profiles);
    this.#row = sql
      .exec<ThreadRow>("SELECT kind, name, created_at, epoch, deleting, key, mutual FROM thread")
      .one();
    const { kind, mutual } = this.#row;
    const { membership, messages } = this;
    this.contacts = new ThreadContacts(sql, { kind, membership, messages, haveBothWritten: mutual === 1 });
    this.blocks = new DirectBlocks(sql, kind);
    this.#data = new HostData(sql);
    this.settings = new SettingsStore(sql);
    this.slowMode = new SlowMode(this.messages);
    this.bans = new BanStore(sql, this.profiles);
    this.purges = new Purges(sql, this.messages);
    this.access = new Access({
      kind,
      membership,
      bans: this.bans,
      settings: this.settings,
      blocks: this.blocks,
      contacts: this.contacts,
      request: this.request,
    });
  }

  /** Writes a new thread's row. The schema is there, and nothing else. */
  static create(sql: SqlStorage, thread: ThreadInit, shards: number, now: number): void {
    sql.exec(
      `INSERT INTO thread (only, kind, name, created_at, epoch, member_count, senders_saved_seq, deleting, shards, key)
       VALUES (1, ?, ?, ?, ?, 0, 0, 0, ?, ?)`,
      thread.kind,
      thread.name,
      now,
      crypto.randomUUID(),
      shards,
      thread.key ?? null,
    );
    if (thread.data) new HostData(sql).set(thread.data);
  }

  /**
   * Adds a member, who has read everything so far. Makes no event. `contactFrom`: from when on they are a contact of the
   * others (ms since the epoch), if not at once.
   */
  addMember(user: User, role: Role, now: number, contactFrom?: number): void {
    this.profiles.add(user);
    this.membership.add(user.id, role, this.messages.newest.seq, now, contactFrom);
    this.invitations.joined(user.id);
  }

  /** The second member of a direct thread, who has not been there: without a profile, where none is to be shown until they write. */
  addUnseen({ id, profile }: Invitee, now: number): void {
    if (profile) this.profiles.add(profile);
    this.membership.add(id, "member", 0, now);
  }

  /** The message request that this thread was is over: whoever sent it is no longer counted as having a pending one. */
  requestEnded(): void {
    const { inviter } = this.request;
    if (inviter !== undefined) this.invitations.inviters.add(inviter);
  }

  get kind(): Kind {
    return this.#row.kind;
  }

  get name(): string | null {
    return this.#row.name;
  }

  get epoch(): string {
    return this.#row.epoch;
  }

  /** The newest durable event's number. */
  get rev(): number {
    return Math.max(this.messages.newest.rev, this.changes.newestRev);
  }

  get info(): ThreadInfo {
    const { kind, name, created_at, key } = this.#row;
    const data = this.#data.current;
    return {
      id: this.#id,
      kind,
      name,
      createdAt: created_at,
      ...this.shownSettings,
      ...(key !== null && { key }),
      ...(data && { data }),
    };
  }

  /** What moderators set; a direct thread has no moderators. */
  get shownSettings(): ThreadSettings | undefined {
    return this.kind === "direct" ? undefined : this.settings.current;
  }

  /** The host's own key of the thread, where it has one. */
  get key(): string | undefined {
    return this.#row.key ?? undefined;
  }

  /**
   * Renames the thread: one row written, and one that overwrites its name where it lies, where it had one. False, with
   * nothing written, where it is the same.
   */
  setName(name: string | null): boolean {
    const before = this.#row.name;
    if (name === before) return false;
    if (before !== null) this.#sql.exec("UPDATE thread SET name = ?", fillerLike(before));
    this.#sql.exec("UPDATE thread SET name = ?", name);
    this.#row.name = name;
    return true;
  }

  /** Replaces what the host keeps with the thread. False, with nothing written, where it is the same. */
  setData(data: ThreadData | null): boolean {
    return this.#data.set(data);
  }

  /** A caller as the thread shows them, whatever their credential says. */
  known(caller: Caller): Caller {
    return { ...caller, user: this.profiles.get(caller.user.id) };
  }

  get isDeleting(): boolean {
    return this.#row.deleting === 1;
  }

  /** From now on the thread exists for nobody; what is left to do can be repeated until it is done. */
  markDeleting(): void {
    this.#sql.exec("UPDATE thread SET deleting = 1");
    this.#row.deleting = 1;
  }

  // --- reading

  /** The caller's standing, or `not_found` where they may not see the thread. */
  standing(user: User): Standing {
    if (this.isDeleting) throw noSuchThread();
    return this.access.standing(user);
  }

  /** Whether a user may see the thread. */
  isSeenBy(user: User): boolean {
    return !this.isDeleting && this.access.isSeenBy(user);
  }

  /** Moves the caller's marker, to the newest message at most. `moved` where it went forward. */
  read(user: User, seq: number): ReadState & { moved: boolean } {
    this.require("move the read marker", user);
    const newest = this.messages.newest.seq;
    // One who has yet to accept shows nobody what they have read.
    if (this.request.isTo(user.id)) return { readSeq: newest, unread: 0, moved: false };
    const member = this.requireMember(user.id);
    const moved = this.readMarkers.move(member, Math.min(seq, newest));
    const readSeq = this.readMarkers.of(member);
    return { readSeq, unread: newest - readSeq, moved };
  }

  /** Whether nobody is left in a group, which then has no reason to stay. One that the host made by its key stays. */
  get isDeserted(): boolean {
    return this.kind === "group" && this.#row.key === null && this.membership.count() === 0;
  }

  // --- for commands

  /** Throws `forbidden` where the user may not, `not_found` where they may not see the thread (access.ts). */
  require(action: Action, user: User): void {
    if (this.isDeleting) throw noSuchThread();
    this.access.require(action, user);
  }

  requireMember(userId: string): StoredMember {
    const member = this.membership.get(userId);
    if (!member) throw forbidden();
    return member;
  }

  /** Records a durable event that is no new message: one row written. Returns its rev. */
  record(change: Change, now: number): number {
    const rev = this.rev + 1;
    this.changes.add(change, rev, now);
    return rev;
  }
}
