/**
 * Who chose which emoji for a message. One row for each message that has reactions lists the first users of each emoji, so
 * that reacting costs two rows, and a page one more for each such message; only what is beyond that list has further rows.
 */
import { LilypadError } from "../../protocol/errors.ts";
import { REACTION_USER_IDS, REACTIONS_PER_MESSAGE } from "../../protocol/limits.ts";
import type { Message, Reaction } from "../../protocol/model.ts";

export class ReactionStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The message's reactions with this one added, or undefined where it was there. A 21st emoji is `conflict`. */
  with({ seq, reactions = [] }: Message, emoji: string, userId: string): Reaction[] | undefined {
    const found = reactions.find((reaction) => reaction.emoji === emoji);
    if (!found) {
      if (reactions.length >= REACTIONS_PER_MESSAGE) {
        throw new LilypadError(
          "conflict",
          `A message has at most ${REACTIONS_PER_MESSAGE} different reactions.`,
        );
      }
      return [...reactions, { emoji, count: 1, userIds: [userId] }];
    }
    if (found.userIds.includes(userId)) return undefined;
    const isListed = found.userIds.length < REACTION_USER_IDS;
    if (!isListed && !this.#addMore(seq, emoji, userId)) return undefined;
    const userIds = isListed ? [...found.userIds, userId] : found.userIds;
    return replaced(reactions, { emoji, count: found.count + 1, userIds });
  }

  /** The message's reactions with this one taken back, or undefined where it was not there. */
  without({ seq, reactions = [] }: Message, emoji: string, userId: string): Reaction[] | undefined {
    const found = reactions.find((reaction) => reaction.emoji === emoji);
    if (!found) return undefined;
    let { userIds } = found;
    if (userIds.includes(userId)) {
      userIds = userIds.filter((id) => id !== userId);
      const next = !isWhole(found) && this.#takeMore(seq, emoji);
      if (next) userIds = [...userIds, next];
    } else if (!this.#removeMore(seq, emoji, userId)) {
      return undefined;
    }
    return replaced(reactions, { emoji, count: found.count - 1, userIds });
  }

  /** The message as one reader sees it, with `mine` in each reaction whose list is not whole. Reads a row for each of those. */
  seenBy(userId: string, message: Message): Message {
    const { seq, reactions } = message;
    if (!reactions) return message;
    const seen = reactions.map((reaction): Reaction => {
      if (isWhole(reaction)) return reaction;
      const { emoji, count, userIds } = reaction;
      const mine = userIds.includes(userId) || this.#hasMore(seq, emoji, userId);
      return { emoji, count, userIds, mine };
    });
    return { ...message, reactions: seen };
  }

  /** Nothing of a deleted message's reactions stays. */
  forget({ seq, reactions = [] }: Message): void {
    if (!reactions.every(isWhole)) {
      this.#sql.exec("DELETE FROM more_reactions WHERE seq = ?", seq);
    }
  }

  #addMore(seq: number, emoji: string, userId: string): boolean {
    const insert = "INSERT INTO more_reactions (seq, emoji, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    return this.#sql.exec(insert, seq, emoji, userId).rowsWritten > 0;
  }

  #removeMore(seq: number, emoji: string, userId: string): boolean {
    const remove = "DELETE FROM more_reactions WHERE seq = ? AND emoji = ? AND user_id = ?";
    return this.#sql.exec(remove, seq, emoji, userId).rowsWritten > 0;
  }

  #hasMore(seq: number, emoji: string, userId: string): boolean {
    const found = "SELECT 1 FROM more_reactions WHERE seq = ? AND emoji = ? AND user_id = ?";
    return this.#sql.exec(found, seq, emoji, userId).toArray().length > 0;
  }

  #takeMore(seq: number, emoji: string): string | undefined {
    const [row] = this.#sql
      .exec<{ user_id: string }>(
        "SELECT user_id FROM more_reactions WHERE seq = ? AND emoji = ? LIMIT 1",
        seq,
        emoji,
      )
      .toArray();
    if (row) this.#removeMore(seq, emoji, row.user_id);
    return row?.user_id;
  }
}

/** Whether the list names everyone who chose the emoji. */
export function isWhole({ count, userIds }: Reaction): boolean {
  return count === userIds.length;
}

function replaced(reactions: readonly Reaction[], by: Reaction): Reaction[] {
  return reactions
    .map((reaction) => (reaction.emoji === by.emoji ? by : reaction))
    .filter((reaction) => reaction.count > 0);
}
