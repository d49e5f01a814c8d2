/**
 * Which users of this shard have moved to another one: those whom the new number of shards puts elsewhere, and whose
 * ids come up to a point that only rises. So all of it is one row, however many users there are.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { USER_ID_LENGTH } from "../../protocol/limits.ts";
import { shardOf } from "../../rpc/shards.ts";

/** Comes after every id. */
export const END = "\u{10ffff}".repeat(USER_ID_LENGTH);

type Row = { shards_before: number; shards_after: number; left_up_to: string; gone_up_to: string };

export class Departures {
  readonly #sql: SqlStorage;
  readonly #shard: number;
  #row: Row | undefined;

  /** `shard` is the number of this one. */
  constructor(sql: SqlStorage, shard: number) {
    this.#sql = sql;
    this.#shard = shard;
    this.#row = this.#read();
  }

  /** Whether anyone ever left. Where nobody did, nothing here need be asked. */
  get anyone(): boolean {
    return this.#row !== undefined;
  }

  /** Whether something is still here of those who have left. */
  get areUnderWay(): boolean {
    return this.#row !== undefined && this.#row.left_up_to !== this.#row.gone_up_to;
  }

  /** Whether everyone who leaves has left, with all that is theirs. */
  get areOver(): boolean {
    return this.#row?.gone_up_to === END;
  }

  /** The ids of those who have left and of whom something is here: above the first, up to the second. */
  get span(): { above: string; upTo: string } {
    return { above: this.#row?.gone_up_to ?? "", upTo: this.#row?.left_up_to ?? "" };
  }

  /** From now on users are to leave for where this many shards put them. `conflict` while others have not arrived. */
  begin(before: number, after: number): void {
    const row = this.#row;
    if (row?.shards_before === before && row.shards_after === after) return;
    if (row && !(this.areOver && row.shards_after === before)) {
      const { shards_before, shards_after } = row;
      const done = `Shard ${this.#shard} ${this.areOver ? "has moved" : "is being moved"} from ${shards_before} shards to ${shards_after}`;
      const todo = this.areOver ? `the number before is ${shards_after}` : "that is to be finished first";
      throw new LilypadError("conflict", `${done}: ${todo}.`);
    }
    this.#write({ shards_before: before, shards_after: after, left_up_to: "", gone_up_to: "" });
  }

  /** Those up to this id leave now. */
  leave(upTo: string): void {
    if (this.#row) this.#write({ ...this.#row, left_up_to: upTo });
  }

  /** Nothing is here any more of those who have left. */
  arrived(): void {
    if (this.#row) this.#write({ ...this.#row, gone_up_to: this.#row.left_up_to });
  }

  /** The shard that this user has moved to, or undefined where they are here. */
  homeOf(userId: string): number | undefined {
    const home = this.destinationOf(userId);
    return home !== undefined && this.#isUpTo(userId, this.#row?.left_up_to ?? "") ? home : undefined;
  }

  /** The shard that this user is to move to, or has moved to; undefined where they stay. */
  destinationOf(userId: string): number | undefined {
    if (!this.#row) return undefined;
    const shard = shardOf(userId, this.#row.shards_after);
    return shard === this.#shard ? undefined : shard;
  }

  /** The shards that users of this one moved to, which one who sorts users by so many shards does not think of. */
  homesUnknownTo(shards = 0): number[] {
    const homes: number[] = [];
    if (!this.#row || shards >= this.#row.shards_after || this.#row.left_up_to === "") return homes;
    const { shards_before, shards_after } = this.#row;
    for (let home = this.#shard + shards_before; home < shards_after; home += shards_before) homes.push(home);
    return homes;
  }

  /** In SQLite's order, that of UTF-8: JavaScript's own is another one beyond U+FFFF. */
  #isUpTo(userId: string, end: string): boolean {
    if (end === "" || end === END) return end === END;
    return this.#sql.exec<{ yes: number }>("SELECT ? <= ? AS yes", userId, end).one().yes === 1;
  }

  #read(): Row | undefined {
    return this.#sql
      .exec<Row>("SELECT shards_before, shards_after, left_up_to, gone_up_to FROM departure")
      .toArray()[0];
  }

  #write(row: Row): void {
    this.#sql.exec(
      `INSERT INTO departure VALUES (1, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET shards_before = excluded.shards_before, shards_after = excluded.shards_after,
         left_up_to = excluded.left_up_to, gone_up_to = excluded.gone_up_to`,
      row.shards_before,
      row.shards_after,
      row.left_up_to,
      row.gone_up_to,
    );
    this.#row = row;
  }
}
