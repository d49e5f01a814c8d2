/** How long one awaited thing may take, in milliseconds: reached on failure alone, so longer than it takes anywhere. */
export const WAIT_LIMIT_MS = 120_000;
