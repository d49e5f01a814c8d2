/** Looks for people while one types, a little after the last key, and never shows an older answer over a newer one. */
import { useEffect, useState } from "preact/hooks";
import { USER_SEARCH_MAX, USER_SEARCH_MIN } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { client } from "../session/session.ts";

const PAUSE_MS = 200;

export interface PeopleSearch {
  is: "idle" | "searching" | "found" | "failed";
  people: readonly User[];
}

const IDLE: PeopleSearch = { is: "idle", people: [] };

/** The latest answer, and what was asked for it. */
interface Answer {
  asked: string;
  is: "found" | "failed";
  people: readonly User[];
}

export function usePeopleSearch(text: string): PeopleSearch {
  const [answer, setAnswer] = useState<Answer>();
  const asked = text.trim().slice(0, USER_SEARCH_MAX);
  const asks = asked.length >= USER_SEARCH_MIN;

  useEffect(() => {
    if (!asks) return setAnswer(undefined);
    let current = true;
    const timer = setTimeout(async () => {
      const found = await client.api.searchUsers(asked).then(
        (people): Answer => ({ asked, is: "found", people }),
        (): Answer => ({ asked, is: "failed", people: [] }),
      );
      if (current) setAnswer(found);
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);

  // Said of what is asked now, in this very rendering: an answer to an earlier text says nothing of it.
  if (!asks) return IDLE;
  if (answer?.asked === asked) return answer;
  return { is: "searching", people: answer?.people ?? [] };
}
