/** What the presence scenarios share: the outcome of each, and users who may see each other's status. */
import type { Row } from "../support/program.ts";
import { requestJson } from "../support/request-json.ts";
import type { Server } from "../support/server.ts";
import { signIn, type SignedInUser } from "../support/users.ts";

export interface ScenarioOutcome {
  row: Row;
  violations: string[];
}

/** `setting` is what the scenario consisted of; each violation is prefixed with the scenario's name. */
export function scenarioOutcome(
  scenario: string,
  setting: string,
  result: string,
  violations: readonly string[],
): ScenarioOutcome {
  return {
    row: { scenario, setting, result, violations: violations.length },
    violations: violations.map((violation) => `${scenario}: ${violation}`),
  };
}

/** The most members that a thread can be created with, besides its creator. */
const MAX_MEMBER_IDS = 100;

/** Signs in users with these ids. Each subscriber shares a group with each watched user, and so may see their status. */
export async function signInWithSharedGroups(
  server: Server,
  ids: { subscribers: readonly string[]; watched: readonly string[] },
): Promise<{ subscribers: SignedInUser[]; watched: SignedInUser[] }> {
  const users = await signIn(server, [...ids.subscribers, ...ids.watched]);
  const subscribers = users.slice(0, ids.subscribers.length);
  const watched = users.slice(ids.subscribers.length);
  const [creator, ...more] = subscribers;
  if (!creator) throw new Error("a scenario needs a subscriber");
  const perGroup = MAX_MEMBER_IDS - more.length;
  for (let i = 0; i < watched.length; i += perGroup) {
    const memberIds = [...more, ...watched.slice(i, i + perGroup)].map(({ id }) => id);
    await requestJson(server, creator, "POST", "/api/threads", {
      kind: "group",
      name: `group ${i}`,
      memberIds,
    });
  }
  return { subscribers, watched };
}
