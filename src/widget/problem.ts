/** Why the chat does not work, for the element to show and for the page to receive as an `error` event. */
import type { RequestErrorCode } from "../client/http/request-error.ts";

export interface Problem {
  /** A code of the contract; `offline` where nothing answers; `misconfigured` where only the site's developer can help. */
  code: RequestErrorCode;
  /** A sentence, for a person to read. */
  message: string;
}

export const MISCONFIGURED = "misconfigured";
