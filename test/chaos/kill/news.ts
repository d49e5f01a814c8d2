/** What every tab is owed: for each thread of its user, the newest message and what is unread. */
import { Impatience, type Bell } from "../support/bell.ts";
import type { Tally } from "./tally.ts";
import type { World } from "./world.ts";

/** Waits until every tab was brought all it is owed; resolves to how much of it was still to come. */
export async function awaitNews(world: World, bell: Bell, tally: Tally): Promise<number> {
  const owed = world.tabs.flatMap((tab) =>
    world.ledgers
      .filter(({ memberIds }) => memberIds.includes(tab.person.user.id))
      .map((ledger) => ({ tab, ledger })),
  );
  const lacking = () => owed.filter(({ tab, ledger }) => !tab.isUpToDate(ledger));
  const startedAt = performance.now();
  const toCome = lacking().length;
  try {
    await bell.until(
      () => lacking().length === 0,
      () =>
        `news: ${lacking()
          .map(({ tab, ledger }) => tab.lack(ledger))
          .join("; ")}`,
    );
  } catch (error) {
    if (error instanceof Impatience) tally.newsMissing += lacking().length;
    throw error;
  } finally {
    tally.newsOwed += owed.length;
    tally.slowestNewsMs = Math.max(tally.slowestNewsMs, performance.now() - startedAt);
  }
  return toCome;
}
