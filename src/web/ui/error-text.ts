/** What a person is shown of a request that failed. */
import { RequestError } from "../../client/http/request-error.ts";

export function errorText(failure: unknown): string {
  return failure instanceof RequestError ? failure.message : "Something went wrong. Try again.";
}
