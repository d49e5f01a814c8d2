/** Reports a lost or ended connection: what is shown may be out of date. */
import type { ConnectionState } from "../../client/connection/connection-state.ts";
import { CLOSE } from "../../protocol/errors.ts";
import { handOffFocus } from "./focus-handoff.ts";
import { Text } from "./text.tsx";
import { useNetwork } from "./use-network.ts";
import "./connection-banner.css";

const OFFLINE = "You are offline. Messages wait until you are back.";

export interface ConnectionBannerProps {
  connection: ConnectionState;
  closeCode: number | undefined;
  /** Whether anything was loaded yet. Before that, nothing can be out of date. */
  ready: boolean;
  onRetry: () => void;
}

export function ConnectionBanner({ connection, closeCode, ready, onRetry }: ConnectionBannerProps) {
  const isOffline = !useNetwork() && (connection === "waiting" || connection === "connecting");
  const text = isOffline ? OFFLINE : bannerText(connection, closeCode, ready);
  // A connection that is lost while there is a network is mostly back at once.
  const isDelayed = connection !== "stopped" && connection !== "signed_out" && !isOffline;
  return (
    <div
      class={isDelayed ? "connection-banner connection-banner-delayed" : "connection-banner"}
      role="status"
      tabIndex={-1}
    >
      {text !== undefined && (
        <p>
          <Text>{text}</Text>
        </p>
      )}
      {connection === "waiting" && (
        <button ref={handOffFocus} type="button" class="button-quiet" onClick={onRetry}>
          Try now
        </button>
      )}
    </div>
  );
}

function bannerText(connection: ConnectionState, closeCode: number | undefined, ready: boolean) {
  if (connection === "open") return undefined;
  if (connection === "connecting") return ready ? "Connecting…" : undefined;
  if (connection === "waiting") return "No connection. Messages are sent once it is back.";
  if (connection === "signed_out") return "Your session has ended.";
  if (closeCode === CLOSE.forbidden) return "You are no longer in this chat.";
  if (closeCode === CLOSE.notFound) return "This chat was deleted.";
  if (closeCode === CLOSE.replaced) return "This chat is open in too many other tabs.";
  return "The server ended the connection. Reload the page to go on.";
}
