/** Searches for people as the user types: debounced, and never with the result of an earlier text as the current one. */
import { useEffect, useState } from "preact/hooks";
import { USER_SEARCH_MAX } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { isSearchable } from "../../protocol/user-search.ts";
import { useChat } from "../chat-context.ts";

/** The search starts this long after the last key. */
const DEBOUNCE_MS = 200;

export interface PeopleSearch {
  is: "idle" | "searching" | "found" | "failed" | "too_long";
  /** While searching, those whom the text before found. */
  people: readonly User[];
}

const IDLE: PeopleSearch = { is: "idle", people: [] };
const TOO_LONG: PeopleSearch = { is: "too_long", people: [] };

/** The latest result, and the query that it answers. */
interface Result {
  query: string;
  is: "found" | "failed";
  people: readonly User[];
}

export function usePeopleSearch(text: string): PeopleSearch {
  const { client } = useChat();
  const [result, setResult] = useState<Result>();
  const query = text.trim();
  const isTooLong = query.length > USER_SEARCH_MAX;
  const isSearched = isSearchable(query) && !isTooLong;

  useEffect(() => {
    if (!isSearched) return setResult(undefined);
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
  if (isTooLong) return TOO_LONG;
  if (!isSearched) return IDLE;
  if (result?.query === query) return result;
  return { is: "searching", people: result?.people ?? [] };
}
