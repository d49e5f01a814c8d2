/** Every open tab must be notified of each thread of its user: of the newest message, and of the unread count. */
import { WaitTimeout, type ChangeNotifier } from "../support/change-notifier.ts";
import type { Clients } from "./clients.ts";
import type { KillCounts } from "./kill-counts.ts";

/** Waits until every tab is up to date; resolves with the number of notifications that had not arrived at first. */
export async function awaitNotifications(
  clients: Clients,
  changes: ChangeNotifier,
  counts: KillCounts,
): Promise<number> {
  const expected = clients.tabs.flatMap((tab) =>
    clients.threads
      .filter(({ memberIds }) => memberIds.includes(tab.user.id))
      .map((thread) => ({ tab, thread })),
  );
  const missing = () => expected.filter(({ tab, thread }) => !tab.isUpToDate(thread));
  const startedAt = performance.now();
  const missingAtFirst = missing().length;
  const describe = () => missing().map(({ tab, thread }) => tab.describeMissing(thread));
  try {
    await changes.until(
      () => missing().length === 0,
      () => `notifications: ${describe().join("; ")}`,
    );
  } catch (error) {
    if (error instanceof WaitTimeout) counts.notificationsMissing += missing().length;
    throw error;
  } finally {
    counts.notifications += expected.length;
    counts.slowestNotificationMs = Math.max(counts.slowestNotificationMs, performance.now() - startedAt);
  }
  return missingAtFirst;
}
