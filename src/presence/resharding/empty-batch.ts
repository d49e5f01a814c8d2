import type { MovedUsersBatch } from "../../rpc/presence.ts";

export const EMPTY_BATCH: MovedUsersBatch = { threads: [], users: [], watchers: [] };
