/** What is shown of a request that failed. */
import type { RequestError } from "../client/client.ts";
import type { Labels } from "./labels.ts";

/** The server's own words, where they are for people. By its name: the class is in the client, which is not bundled here. */
export function requestErrorText(failure: unknown, labels: Pick<Labels, "requestFailed">): string {
  return isRequestError(failure) ? failure.message : labels.requestFailed;
}

function isRequestError(failure: unknown): failure is RequestError {
  return failure instanceof Error && failure.name === "RequestError";
}
