/** The threads that make people contacts: each says so itself (`ThreadUpdate.makesContacts`). */
import { CONTACT_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { LateContacts } from "./late-contacts.ts";

export class ContactThreads {
  readonly #sql: SqlStorage;
  readonly #lateContacts: LateContacts;

  constructor(sql: SqlStorage, lateContacts: LateContacts) {
    this.#sql = sql;
    this.#lateContacts = lateContacts;
  }

  /** The threads that make a user a contact of their other members, now. */
  of(userId: string): string[] {
    const pending = this.#lateContacts.pendingOf(userId, Date.now());
    const threads = this.#sql
      .exec<{ thread_id: string }>(
        // As `makesContacts` of threads/thread-row.ts.
        `SELECT thread_id FROM user_threads AS m JOIN threads AS t USING (thread_id)
         WHERE m.user_id = ? AND iif(t.makes_contacts IS NULL,
           t.kind <> 'public' AND coalesce(t.member_count, 0) <= ?, t.makes_contacts = 1)`,
        userId,
        CONTACT_GROUP_MEMBERS,
      )
      .toArray()
      .map((row) => row.thread_id);
    return pending.size === 0 ? threads : threads.filter((threadId) => !pending.has(threadId));
  }

  /** Those of these threads in which a user counts as a contact already. */
  counting(userId: string, threadIds: ReadonlySet<string>): ReadonlySet<string> {
    const pending = this.#lateContacts.pendingOf(userId, Date.now());
    return pending.size > 0 ? threadIds.difference(pending) : threadIds;
  }
}
