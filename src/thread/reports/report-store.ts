/**
 * The thread's reports. A report keeps what the message said, whatever becomes of the message, until it is resolved or 90 days
 * have passed. Rows are appended and keep their length, so that what is erased then is overwritten where it lies.
 */
import { fillerLike } from "../../durable/record-length.ts";
import { ROOT_FILLER_KEY, rootFiller } from "../../durable/root-page.ts";
import { REPORT_KEPT_MS } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import type { Report, ReportState } from "../../protocol/reports.ts";
import type { KnownReport } from "../../rpc/host-reports.ts";
import type { Profiles } from "../members/profiles.ts";

/** A message that is reported, and by whom. */
export interface NewReport {
  seq: number;
  author: string;
  by: User;
  reason: string;
  note?: string | undefined;
  /** What the message says. */
  body: string;
}

type ReportRow = {
  no: number;
  seq: number;
  author: string;
  by_id: string;
  at: number;
  rev: number;
  is_open: number;
  is_kept: number;
  reason: string;
  note: string | null;
  by_profile: string | null;
  body: string;
};

/** Which reports, newest first: those before a number, but none about a user. */
export interface ReportFilter {
  before: number;
  limit: number;
  state?: ReportState | undefined;
  notAbout?: string | undefined;
}

export class ReportStore {
  readonly #sql: SqlStorage;
  readonly #threadId: string;
  readonly #profiles: Profiles;
  #newest: number | undefined;
  /** Filed or resolved since the host's list was last about to be brought up to date. */
  readonly #changed = new Set<number>();

  constructor(sql: SqlStorage, threadId: string, profiles: Profiles) {
    this.#sql = sql;
    this.#threadId = threadId;
    this.#profiles = profiles;
  }

  /** The number of the newest report, 0 with none. */
  get newest(): number {
    this.#newest ??=
      this.#sql.exec<{ no: number | null }>("SELECT max(no) AS no FROM reports WHERE no > 0").one().no ?? 0;
    return this.#newest;
  }

  /** Stores a report: four rows written, and one more before a thread's first. */
  add({ seq, author, by, reason, note, body }: NewReport, rev: number, at: number): void {
    const no = this.newest + 1;
    if (no === 1) this.#fillRootPage();
    // Who reads a public thread need not be a member, and then the thread has no profile of them.
    const profile = this.#profiles.has(by.id) ? null : JSON.stringify(by);
    this.#sql.exec(
      `INSERT INTO reports (no, seq, author, by_id, at, rev, is_open, is_kept, reason, note, by_profile, body)
       VALUES (?, ?, ?, ?, ?, ?, 1, 1, ?, ?, ?, ?)`,
      no,
      seq,
      author,
      by.id,
      at,
      rev,
      reason,
      note ?? null,
      profile,
      body,
    );
    this.#newest = no;
    this.#changedNow(no);
  }

  /** Whether a user has reported a message, ever. */
  has(seq: number, byId: string): boolean {
    const rows = this.#sql.exec("SELECT 1 FROM reports WHERE seq = ? AND by_id = ? LIMIT 1", seq, byId);
    return rows.toArray().length > 0;
  }

  get(no: number): Report | undefined {
    const row = no > 0 ? this.#row(no) : undefined;
    return row && this.#report(row);
  }

  /** Newest first. */
  list({ before, limit, state, notAbout }: ReportFilter): Report[] {
    const ofState = state === undefined ? "" : `AND is_open = ${Number(state === "open")}`;
    return this.#sql
      .exec<ReportRow>(
        `SELECT * FROM reports WHERE no > 0 AND no < ? AND author <> ? ${ofState} ORDER BY no DESC LIMIT ?`,
        before,
        notAbout ?? "",
        limit,
      )
      .toArray()
      .map((row) => this.#report(row));
  }

  /** Resolves a report, and erases what it kept: three rows written. */
  resolve(no: number): void {
    const row = this.#row(no);
    if (!row) return;
    this.#erase(row, 0);
    this.#changedNow(no);
  }

  /** How many are open. Reads those. */
  countOpen(): { all: number; by: (userId: string) => number; about: (userId: string) => number } {
    const open = this.#sql
      .exec<{ author: string; by_id: string }>("SELECT author, by_id FROM reports WHERE is_open = 1")
      .toArray();
    return {
      all: open.length,
      by: (userId) => open.filter((one) => one.by_id === userId).length,
      about: (userId) => open.filter((one) => one.author === userId).length,
    };
  }

  /** When an open report is to forget what the message said, in milliseconds since the epoch; undefined where none is. */
  nextEnd(): number | undefined {
    const [first] = this.#sql
      .exec<{ at: number }>("SELECT at FROM reports WHERE is_open = 1 AND is_kept = 1 ORDER BY no LIMIT 1")
      .toArray();
    return first && first.at + REPORT_KEPT_MS;
  }

  /** Erases what open reports have kept for too long: a row written each. */
  forgetOld(now: number): void {
    const old = this.#sql.exec<ReportRow>(
      "SELECT * FROM reports WHERE is_open = 1 AND is_kept = 1 AND at <= ?",
      now - REPORT_KEPT_MS,
    );
    for (const row of old.toArray()) this.#erase(row, 1);
  }

  // --- for the host's list and its webhooks

  /** The first report after a number. */
  next(after: number): { report: Report; rev: number } | undefined {
    if (after >= this.newest) return undefined;
    const [row] = this.#sql
      .exec<ReportRow>("SELECT * FROM reports WHERE no > ? ORDER BY no LIMIT 1", Math.max(0, after))
      .toArray();
    return row && { report: this.#report(row), rev: row.rev };
  }

  /** The newest report that was filed while the thread was at this rev, or before. */
  newestAt(rev: number): number {
    if (this.newest === 0) return 0;
    const [row] = this.#sql
      .exec<{ no: number }>("SELECT no FROM reports WHERE no > 0 AND rev <= ? ORDER BY no DESC LIMIT 1", rev)
      .toArray();
    return row?.no ?? 0;
  }

  /** Whether the host's list may know of any. */
  get areListed(): boolean {
    return this.newest > 0;
  }

  /** Reports as the host's list is to know them, which it has not confirmed yet: at most so many. */
  takeUnconfirmed(atMost: number): KnownReport[] {
    this.#changed.clear();
    return this.#sql
      .exec<{ no: number; at: number; is_open: number }>(
        "SELECT no, at, is_open FROM unconfirmed_reports JOIN reports USING (no) ORDER BY no LIMIT ?",
        atMost,
      )
      .toArray()
      .map(({ no, at, is_open }) => ({ no, at, isOpen: is_open === 1 }));
  }

  /** The list has confirmed these: what changed again meanwhile stays. */
  confirm(reports: readonly KnownReport[]): void {
    for (const { no } of reports)
      if (!this.#changed.has(no)) this.#sql.exec("DELETE FROM unconfirmed_reports WHERE no = ?", no);
  }

  get areConfirmed(): boolean {
    if (this.newest === 0) return true;
    return this.#sql.exec("SELECT 1 FROM unconfirmed_reports LIMIT 1").toArray().length === 0;
  }

  // --- within

  #row(no: number): ReportRow | undefined {
    const [row] = this.#sql.exec<ReportRow>("SELECT * FROM reports WHERE no = ?", no).toArray();
    return row;
  }

  #erase({ no, body, by_profile }: ReportRow, isOpen: 0 | 1): void {
    this.#sql.exec(
      "UPDATE reports SET is_open = ?, is_kept = 0, body = ?, by_profile = ? WHERE no = ?",
      isOpen,
      fillerLike(body),
      by_profile === null ? null : fillerLike(by_profile),
      no,
    );
  }

  #changedNow(no: number): void {
    this.#changed.add(no);
    this.#sql.exec("INSERT INTO unconfirmed_reports VALUES (?) ON CONFLICT DO NOTHING", no);
  }

  #report(row: ReportRow): Report {
    return {
      no: row.no,
      threadId: this.#threadId,
      at: row.at,
      state: row.is_open === 1 ? "open" : "resolved",
      seq: row.seq,
      author: this.#profiles.get(row.author),
      by: this.#reporter(row),
      reason: row.reason,
      ...(row.note !== null && { note: row.note }),
      ...(row.is_kept === 1 && { body: row.body }),
    };
  }

  #reporter({ by_id, by_profile }: ReportRow): User {
    const isKnown = by_profile === null || by_profile.trim() === "" || this.#profiles.has(by_id);
    return isKnown ? this.#profiles.get(by_id) : (JSON.parse(by_profile) as User);
  }

  /** A row that no list shows. */
  #fillRootPage(): void {
    const filler = rootFiller((body) => [null, 0, "", "", 0, 0, 0, 0, "", null, null, body]);
    this.#sql.exec(
      `INSERT INTO reports (no, seq, author, by_id, at, rev, is_open, is_kept, reason, body)
       VALUES (?, 0, '', '', 0, 0, 0, 0, '', ?) ON CONFLICT DO NOTHING`,
      ROOT_FILLER_KEY,
      filler,
    );
  }
}
