/** What each scenario tells of itself, and what all of them share: people who may see each other. */
import { ask } from "../support/ask.ts";
import { people, type Person } from "../support/people.ts";
import type { Row } from "../support/script.ts";
import type { Server } from "../support/server.ts";

export interface Outcome {
  row: Row;
  violations: string[];
}

/** A scenario's outcome; `violations` are told with its name. */
export function outcome(
  scenario: string,
  lookedAt: string,
  found: string,
  violations: readonly string[],
): Outcome {
  return {
    row: { scenario, "looked at": lookedAt, found, violations: violations.length },
    violations: violations.map((violation) => `${scenario}: ${violation}`),
  };
}

/** The most that a new group takes besides its creator. */
const GROUP = 100;

/** People of these names. Those who watch share a group with each of the others. */
export async function acquaint(
  server: Server,
  watching: readonly string[],
  watched: readonly string[],
): Promise<{ watching: Person[]; watched: Person[] }> {
  const all = await people(server, [...watching, ...watched]);
  const watchers = all.slice(0, watching.length);
  const others = all.slice(watching.length);
  const [creator, ...more] = watchers;
  if (!creator) throw new Error("nobody watches");
  const atOnce = GROUP - more.length;
  for (let i = 0; i < others.length; i += atOnce) {
    const memberIds = [...more, ...others.slice(i, i + atOnce)].map(({ user }) => user.id);
    await ask(server, creator, "POST", "/api/threads", { kind: "group", name: `group ${i}`, memberIds });
  }
  return { watching: watchers, watched: others };
}
