/**
 * Which users of this shard have moved to another one: those whom the new number of shards assigns to another one, and
 * whose ids are up to a bound that only rises. So all of it is one row, however many users there are.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { USER_ID_LENGTH } from "../../protocol/limits.ts";
import { shardOf } from "../../rpc/shards.ts";

/** Sorts after every user id. */
export const END = "\u{10ffff}".repeat(USER_ID_LENGTH);

/** User ids, in SQLite's order. */
export interface IdRange {
  /** Exclusive. */
  above: string;
  /** Inclusive. */
  upTo: string;
}

/** The shard that a user has moved to, or undefined for the one that is asked. */
export type TargetShard = number | undefined;

type Row = { shards_before: number; shards_after: number; left_up_to: string; gone_up_to: string };

export class MovedUserRecord {
  readonly #sql: SqlStorage;
  readonly #shard: number;
  #row: Row | undefined;

  /** `shard` is the number of this one. */
  constructor(sql: SqlStorage, shard: number) {
    this.#sql = sql;
    this.#shard = shard;
    this.#row = this.#read();
  }

  /** Whether users ever moved, or are about to. Where none did, everybody is here. */
  get hasMoves(): boolean {
    return this.#row !== undefined;
  }

  /** Whether rows of moved users are still here. */
  get isDeliveryPending(): boolean {
    return this.#row !== undefined && this.#row.left_up_to !== this.#row.gone_up_to;
  }

  /** Whether all users who are to move have moved, with all their rows. */
  get isComplete(): boolean {
    return this.#row?.gone_up_to === END;
  }

  /** The ids of the moved users of whom rows may still be here. */
  get undelivered(): IdRange {
    return { above: this.#row?.gone_up_to ?? "", upTo: this.#row?.left_up_to ?? "" };
  }

  /** From now on users are to move to where `after` shards put them. `conflict` while an earlier move is not complete. */
  begin(before: number, after: number): void {
    const row = this.#row;
    if (row?.shards_before === before && row.shards_after === after) return;
    if (row && !(this.isComplete && row.shards_after === before)) {
      const { shards_before, shards_after } = row;
      const done = `Shard ${this.#shard} ${this.isComplete ? "has moved" : "is being moved"} from ${shards_before} shards to ${shards_after}`;
      const todo = this.isComplete ? `the number before is ${shards_after}` : "that is to be finished first";
      throw new LilypadError("conflict", `${done}: ${todo}.`);
    }
    this.#write({ shards_before: before, shards_after: after, left_up_to: "", gone_up_to: "" });
  }

  /** Users with ids up to this one have moved now. */
  markMoved(upTo: string): void {
    if (this.#row) this.#write({ ...this.#row, left_up_to: upTo });
  }

  /** No rows of moved users are here any more. */
  markDelivered(): void {
    if (this.#row) this.#write({ ...this.#row, gone_up_to: this.#row.left_up_to });
  }

  /** Whether a user has not moved. */
  isHere(userId: string): boolean {
    return this.movedTo(userId) === undefined;
  }

  /** The shard that a user has moved to; undefined for one who is here. */
  movedTo(userId: string): TargetShard {
    const target = this.targetOf(userId);
    return target !== undefined && this.#isUpTo(userId, this.#row?.left_up_to ?? "") ? target : undefined;
  }

  /** The shard that a user is to move to, or has moved to; undefined for one who stays. */
  targetOf(userId: string): TargetShard {
    if (!this.#row) return undefined;
    const shard = shardOf(userId, this.#row.shards_after);
    return shard === this.#shard ? undefined : shard;
  }

  /** The shards that users of this one have moved to, which a caller that assigns users to so many shards does not call. */
  targetsUnknownTo(shards = 0): number[] {
    const targets: number[] = [];
    if (!this.#row || shards >= this.#row.shards_after || this.#row.left_up_to === "") return targets;
    const { shards_before, shards_after } = this.#row;
    for (let target = this.#shard + shards_before; target < shards_after; target += shards_before)
      targets.push(target);
    return targets;
  }

  /** In SQLite's order, that of UTF-8. JavaScript's differs beyond U+FFFF. */
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
