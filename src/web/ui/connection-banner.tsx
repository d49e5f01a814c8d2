/** Reports a lost or ended connection: what is shown may be out of date. */
import type { ConnectionState } from "../../client/connection/connection-state.ts";
import { connectionNotice, isDelayed } from "../../view/connection-notice.ts";
import { ENGLISH } from "../../view/text/words.ts";
import { handOffFocus } from "./focus-handoff.ts";
import { Text } from "./text.tsx";
import { useNetwork } from "./use-network.ts";
import "./connection-banner.css";

export interface ConnectionBannerProps {
  connection: ConnectionState;
  closeCode: number | undefined;
  /** Whether anything was loaded yet. Before that, nothing can be out of date. */
  ready: boolean;
  onRetry: () => void;
}

export function ConnectionBanner({ connection, closeCode, ready, onRetry }: ConnectionBannerProps) {
  const notice = connectionNotice({ connection, closeCode }, ready, useNetwork());
  return (
    <div
      class={isDelayed(notice) ? "connection-banner connection-banner-delayed" : "connection-banner"}
      role="status"
      tabIndex={-1}
    >
      {notice !== undefined && (
        <p>
          <Text>{ENGLISH[notice]}</Text>
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
