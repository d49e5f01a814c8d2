/** Which rooms the sessions of a shard are in, as stored: written once for a burst of joins and leaves. */
import { z } from "zod";
import type { Membership } from "./membership.ts";

/** How long changes of a session are gathered. */
const GATHER_MS = 250;

const storedRooms = z.array(
  z.tuple([z.string(), z.union([z.string(), z.number()]), z.string(), z.number().nullable()]),
);

/** A room of a session. */
export interface StoredRoom {
  threadId: string;
  name: string | number;
  membershipId: string;
  from: number | undefined;
}

export class RoomStore {
  readonly #sql: SqlStorage;
  readonly #roomsOf: (sid: string) => Iterable<Membership>;
  /** Sessions with a row. */
  readonly #stored = new Set<string>();
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sql: SqlStorage, roomsOf: (sid: string) => Iterable<Membership>) {
    this.#sql = sql;
    this.#roomsOf = roomsOf;
  }

  /** Everything that is stored. */
  load(): [sid: string, StoredRoom[]][] {
    const rows = this.#sql.exec<{ sid: string; rooms: string }>("SELECT * FROM session_rooms").toArray();
    return rows.map(({ sid, rooms }) => {
      this.#stored.add(sid);
      const stored = storedRooms.parse(JSON.parse(rooms));
      return [
        sid,
        stored.map(([threadId, name, membershipId, from]) => ({
          threadId,
          name,
          membershipId,
          from: from ?? undefined,
        })),
      ];
    });
  }

  /** A session joined or left a room, or has ended. The timer keeps the object awake until it is written. */
  changed(sid: string): void {
    this.#changed.add(sid);
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#write(), GATHER_MS);
  }

  #write(): void {
    this.#timer = undefined;
    for (const sid of this.#changed) {
      const rooms = [...this.#roomsOf(sid)].map(({ threadId, name, id, from }) => [
        threadId,
        name,
        id,
        from ?? null,
      ]);
      if (rooms.length > 0) {
        this.#stored.add(sid);
        this.#sql.exec(
          "INSERT INTO session_rooms VALUES (?, ?) ON CONFLICT DO UPDATE SET rooms = excluded.rooms",
          sid,
          JSON.stringify(rooms),
        );
      } else if (this.#stored.delete(sid)) this.#sql.exec("DELETE FROM session_rooms WHERE sid = ?", sid);
    }
    this.#changed.clear();
  }
}
