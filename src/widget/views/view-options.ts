/** What the views of an element are given. */
import type { ConnectorOptions } from "../connector.ts";
import type { SharedClient } from "../shared-client.ts";

export interface ViewOptions extends Pick<ConnectorOptions, "shell" | "onClose" | "onProblem" | "settings"> {
  shared: SharedClient;
  /** Undefined for the list of the user's threads. */
  threadId: string | undefined;
}
