/** Former names and pictures of users, in the table `users` that threads and Presence shards have both. */
import { fillerLike } from "./record-length.ts";

/**
 * Replaces a profile by as many bytes where it lies, before it is changed or deleted: one row written. A row that changes its
 * length is written elsewhere, and what it held would stay in the file.
 */
export function overwriteProfile(
  sql: SqlStorage,
  { id, name, avatarUrl }: { id: string; name: string; avatarUrl?: string | undefined },
): void {
  sql.exec(
    "UPDATE users SET name = ?, avatar_url = ? WHERE user_id = ?",
    fillerLike(name),
    avatarUrl === undefined ? null : fillerLike(avatarUrl),
    id,
  );
}
