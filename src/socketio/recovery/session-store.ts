/** The sessions of a shard, as stored: written once for a burst of joins and leaves. Memory has all of them. */
import { storedSession, type StoredSession } from "./stored-session.ts";

/** How long changes are gathered: of the rooms of a session that goes on, and where a connection was lost, which often is back soon. */
const GATHER_MS = 250;
const GATHER_LOST_MS = 5_000;

export class SessionStore {
  readonly #sql: SqlStorage;
  readonly #sessions = new Map<string, StoredSession>();
  readonly #pidsByEngineSid = new Map<string, string>();
  /** Those that have a row. */
  readonly #stored = new Set<string>();
  readonly #changed = new Set<string>();
  #timer: { handle: ReturnType<typeof setTimeout>; at: number } | undefined;
  /** Brings a session up to date before it is written. */
  beforeWrite: (pid: string, session: StoredSession) => void = () => {};

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const row of sql.exec<{ pid: string; session: string }>("SELECT * FROM sessions")) {
      this.#stored.add(row.pid);
      this.put(row.pid, storedSession.parse(JSON.parse(row.session)));
    }
  }

  all(): Iterable<[pid: string, session: StoredSession]> {
    return this.#sessions;
  }

  get(pid: string): StoredSession | undefined {
    return this.#sessions.get(pid);
  }

  /** The session on a connection, with its `pid`. */
  on(engineSid: string): { pid: string; session: StoredSession } | undefined {
    const pid = this.#pidsByEngineSid.get(engineSid);
    const session = pid === undefined ? undefined : this.#sessions.get(pid);
    return pid === undefined || session?.engineSid !== engineSid ? undefined : { pid, session };
  }

  /** In memory: it is written by what follows. */
  put(pid: string, session: StoredSession): void {
    const before = this.#sessions.get(pid);
    if (before) this.#pidsByEngineSid.delete(before.engineSid);
    this.#sessions.set(pid, session);
    this.#pidsByEngineSid.set(session.engineSid, pid);
  }

  /** To be written soon. The timer keeps the object awake until it is. */
  changed(pid: string): void {
    this.#writeWithin(pid, GATHER_MS);
  }

  /** To be written where its client is not back by then. */
  lost(pid: string): void {
    this.#writeWithin(pid, GATHER_LOST_MS);
  }

  /** Whether it differs from its row. */
  isChanged(pid: string): boolean {
    return this.#changed.has(pid);
  }

  /** Writes a session at once. */
  write(pid: string): void {
    this.#changed.delete(pid);
    const session = this.#sessions.get(pid);
    if (!session) return;
    this.beforeWrite(pid, session);
    this.#stored.add(pid);
    this.#sql.exec(
      "INSERT INTO sessions VALUES (?, ?) ON CONFLICT DO UPDATE SET session = excluded.session",
      pid,
      JSON.stringify(session),
    );
  }

  /** A session is over for good. */
  remove(pid: string): void {
    const session = this.#sessions.get(pid);
    if (session) this.#pidsByEngineSid.delete(session.engineSid);
    this.#sessions.delete(pid);
    this.#changed.delete(pid);
    if (this.#stored.delete(pid)) this.#sql.exec("DELETE FROM sessions WHERE pid = ?", pid);
  }

  #writeWithin(pid: string, ms: number): void {
    this.#changed.add(pid);
    const at = Date.now() + ms;
    if (this.#timer && this.#timer.at <= at) return;
    if (this.#timer) clearTimeout(this.#timer.handle);
    const handle = setTimeout(() => {
      this.#timer = undefined;
      for (const changed of this.#changed) this.write(changed);
    }, ms);
    this.#timer = { handle, at };
  }
}
