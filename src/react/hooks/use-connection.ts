/** The state of a connection. */
import { useMemo } from "react";
import type { ConnectionState } from "../../client/client.ts";
import type { ConnectionStatus } from "../../client/connection/connection-state.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { EMPTY_ROOM } from "../../client/room/room-state.ts";
import type { Readable } from "../../client/store/store.ts";
import { useStores } from "../provider.tsx";
import { areObjectsEqual, useSelected } from "./use-selected.ts";

export interface Connection {
  /** `connecting`, `open`, `waiting` for the next attempt, `signed_out`, or `stopped`. */
  connection: ConnectionState;
  /** The close code that led there, if any. */
  closeCode: number | undefined;
  /** Why, for a developer or a log. */
  reason: string | undefined;
  /** Connects now: when the user does not want to wait. */
  reconnect: () => void;
}

const statusOf = ({ connection, closeCode, reason }: ConnectionStatus) => ({ connection, closeCode, reason });

/** Of a thread or, without one, of presence: being online. Opens it. */
export function useConnection(thread?: string): Connection {
  const stores = useStores();
  const store = thread === undefined ? stores.presence : stores.thread(thread);
  const empty: ConnectionStatus = thread === undefined ? EMPTY_PRESENCE : EMPTY_ROOM;
  const status = useSelected(store as Readable<ConnectionStatus>, empty, statusOf, areObjectsEqual);
  return useMemo(
    () => ({ ...status, reconnect: () => void store.ifOpen((open) => open.reconnect()) }),
    [status, store],
  );
}
