/** What a query is to the thread: something that is read of it. src/thread/queries.ts lists them. */
import type { User } from "../protocol/model.ts";
import type { QueryOf, QueryResults, QueryType } from "../rpc/thread.ts";
import type { StoredThread } from "./stored-thread.ts";

/** Decides the user's right and answers. Synchronous, and writes nothing. Throws a `LilypadError` for a refusal. */
export type QueryEntry<T extends QueryType> = (
  thread: StoredThread,
  user: User,
  query: QueryOf<T>,
) => QueryResults[T];
