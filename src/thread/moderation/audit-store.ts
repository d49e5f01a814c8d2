/** The audit log: every act that changes who belongs to the thread and what it is, or acts on what others wrote. Never changed. */
import type { AuditAction, AuditEntry, AuditPage, AuditQuery } from "../../protocol/moderation.ts";
import { isHost } from "../../protocol/system-user.ts";
import type { Profiles } from "../members/profiles.ts";

/** An act. `by` and `target` are ids of users; `by` may be the host's. */
export interface AuditedAct {
  action: AuditAction;
  by: string;
  target?: string | undefined;
  /** What else is to be known of it: nothing that a user wrote in a message. */
  detail?: NonNullable<AuditEntry["detail"]> | undefined;
}

type AuditRow = {
  no: number;
  at: number;
  by_id: string;
  action: AuditAction;
  target: string | null;
  detail: string | null;
};

export class AuditStore {
  readonly #sql: SqlStorage;
  readonly #profiles: Profiles;

  constructor(sql: SqlStorage, profiles: Profiles) {
    this.#sql = sql;
    this.#profiles = profiles;
  }

  /** Records an act, in the transaction that does it: one row written. */
  add({ action, by, target, detail }: AuditedAct, now: number): void {
    this.#sql.exec(
      "INSERT INTO audit (at, by_id, action, target, detail) VALUES (?, ?, ?, ?, ?)",
      now,
      by,
      action,
      target ?? null,
      detail ? JSON.stringify(detail) : null,
    );
  }

  /** Newest first. Reads as many rows as it returns. */
  page({ before = Number.MAX_SAFE_INTEGER, limit }: AuditQuery): AuditPage {
    const rows = this.#sql.exec<AuditRow>(
      "SELECT no, at, by_id, action, target, detail FROM audit WHERE no < ? ORDER BY no DESC LIMIT ?",
      before,
      limit,
    );
    return { entries: rows.toArray().map((row) => this.#entry(row)) };
  }

  #entry({ no, at, by_id, action, target, detail }: AuditRow): AuditEntry {
    return {
      no,
      at,
      by: isHost({ id: by_id }) ? "host" : this.#profiles.get(by_id),
      action,
      ...(target !== null && { target: this.#profiles.get(target) }),
      ...(detail !== null && { detail: JSON.parse(detail) as NonNullable<AuditEntry["detail"]> }),
    };
  }
}
