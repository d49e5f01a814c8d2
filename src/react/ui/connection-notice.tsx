/** Reports a lost or ended connection: what is shown may be out of date. */
import type { ConnectionNoticeProps } from "../component-props.ts";
import { useSyncExternalStore, type ReactElement } from "react";
import { connectionNotice, isDelayed } from "../../view/connection-notice.ts";
import { useConnection } from "../hooks/use-connection.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { classNames } from "./class-names.ts";
import { Text } from "./text.tsx";

export function ConnectionNotice(props: ConnectionNoticeProps): ReactElement {
  const thread = useThreadName(props.thread);
  const labels = useLabels();
  const status = useConnection(thread);
  const ready = useThreadState(thread, (state) => state.ready);
  const notice = connectionNotice(status, ready, useNetwork());
  const isUnknown = status.connection === "stopped" && !ready;
  return (
    <div
      className={classNames("lilypad-connection", isDelayed(notice) && "lilypad-connection-delayed")}
      role="status"
    >
      {notice !== undefined && !isUnknown && (
        <p>
          <Text>{labels[notice]}</Text>
        </p>
      )}
      {status.connection === "waiting" && (
        <button type="button" className="lilypad-link-button" onClick={status.reconnect}>
          <Text>{labels.tryAgain}</Text>
        </button>
      )}
    </div>
  );
}

/** Whether the browser has a network, as far as it knows. */
function useNetwork(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
}

function subscribe(onChange: () => void): () => void {
  addEventListener("online", onChange);
  addEventListener("offline", onChange);
  return () => {
    removeEventListener("online", onChange);
    removeEventListener("offline", onChange);
  };
}
