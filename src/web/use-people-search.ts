/** Looks for people while one types, a little after the last key, and never shows an older answer over a newer one. */
import { useEffect, useState } from "preact/hooks";
import { SEARCH_MAX, SEARCH_MIN } from "../protocol/limits.ts";
import type { User } from "../protocol/model.ts";
import { client } from "./session.ts";

const PAUSE_MS = 200;

export interface PeopleSearch {
  is: "idle" | "searching" | "found" | "failed";
  people: readonly User[];
}

const IDLE: PeopleSearch = { is: "idle", people: [] };

export function usePeopleSearch(text: string): PeopleSearch {
  const [search, setSearch] = useState(IDLE);
  const asked = text.trim().slice(0, SEARCH_MAX);

  useEffect(() => {
    if (asked.length < SEARCH_MIN) return setSearch(IDLE);
    let current = true;
    setSearch(({ people }) => ({ is: "searching", people }));
    const timer = setTimeout(async () => {
      const found = await client.api.searchUsers(asked).then(
        (people): PeopleSearch => ({ is: "found", people }),
        (): PeopleSearch => ({ is: "failed", people: [] }),
      );
      if (current) setSearch(found);
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);

  return search;
}
