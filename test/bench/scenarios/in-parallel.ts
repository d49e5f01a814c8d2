/** Bounded concurrency for setting up a scenario. */

const CONCURRENCY = 50;

/** Runs `work` for every item, at most 50 at a time. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const remaining = items.values();
  const worker = async () => {
    for (const item of remaining) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
