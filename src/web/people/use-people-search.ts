/** Searches for people as the user types: debounced, and never with the result of an earlier text as the current one. */
import { useEffect, useState } from "preact/hooks";
import { USER_SEARCH_MAX } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { isSearchable } from "../../protocol/user-search.ts";
import { client } from "../session/session.ts";

/** The search starts this long after the last key. */
const DEBOUNCE_MS = 200;

export interface PeopleSearch {
  is: "idle" | "searching" | "found" | "failed";
  people: readonly User[];
}

const IDLE: PeopleSearch = { is: "idle", people: [] };

/** The latest result, and the query that it answers. */
interface Result {
  query: string;
  is: "found" | "failed";
  people: readonly User[];
}

export function usePeopleSearch(text: string): PeopleSearch {
  const [result, setResult] = useState<Result>();
  const query = text.trim().slice(0, USER_SEARCH_MAX);
  const isLongEnough = isSearchable(query);

  useEffect(() => {
    if (!isLongEnough) return setResult(undefined);
    let current = true;
    const timer = setTimeout(async () => {
      const found = await client.api.searchUsers(query).then(
        (people): Result => ({ query, is: "found", people }),
        (): Result => ({ query, is: "failed", people: [] }),
      );
      if (current) setResult(found);
    }, DEBOUNCE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);

  // While searching, the people found last stay on screen.
  if (!isLongEnough) return IDLE;
  if (result?.query === query) return result;
  return { is: "searching", people: result?.people ?? [] };
}
