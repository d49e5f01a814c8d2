/** One attempt to deliver an event to the host's server, and when the next one is made. */
import type { Receiver } from "../../config/config.ts";
import {
  WEBHOOK_KEPT_MS,
  WEBHOOK_MS,
  WEBHOOK_RETRY_MOST_MS,
  WEBHOOK_RETRY_MS,
} from "../../protocol/limits.ts";
import type { WebhookEvent } from "../../protocol/webhooks.ts";

import { postSigned } from "./signed-request.ts";

/** An event, and the id that it has in every attempt. */
export interface Delivery {
  id: string;
  event: WebhookEvent;
}

/** How often delivery failed since it last succeeded, and when it is tried again, in milliseconds since the epoch. */
export interface Failures {
  failures: number;
  retryAt: number;
}

export const NO_FAILURES: Failures = { failures: 0, retryAt: 0 };

/** The id of an event of a thread: no other thread has this epoch, and none has two events of a name. */
export function deliveryId(epoch: string, name: number | "deleted" | `report-${number}`): string {
  return `msg_${epoch}_${name}`;
}

/** Delivers an event. Resolves with whether the host's server accepted it: an answer of 2xx in time. */
export async function attempt(
  receiver: Receiver,
  { id, event }: Delivery,
  signal?: AbortSignal,
): Promise<{ accepted: boolean; reason?: string }> {
  try {
    const request = { id, body: JSON.stringify(event), timeoutMs: WEBHOOK_MS, ...(signal && { signal }) };
    return await postSigned(receiver, request, async (response) => {
      // Nothing in the answer is read.
      await response.body?.cancel();
      return response.ok ? { accepted: true } : { accepted: false, reason: `status ${response.status}` };
    });
  } catch (error) {
    return { accepted: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** After one more failure. */
export function failedAgain({ failures }: Failures, now: number): Failures {
  const delay = Math.min(WEBHOOK_RETRY_MOST_MS, WEBHOOK_RETRY_MS * 2 ** failures);
  return { failures: failures + 1, retryAt: now + delay };
}

/** Whether an event that cannot be delivered is to be skipped, so that those after it are. */
export function isGivenUp({ event }: Delivery, now: number): boolean {
  return now - event.at >= WEBHOOK_KEPT_MS;
}

/** Logs that delivery fails: the first failure of a row, not each. */
export function logFailure({ event, id }: Delivery, { failures }: Failures, reason = ""): void {
  if (failures === 1)
    console.error(
      `webhook ${event.type} ${id} of thread ${event.threadId} failed, and is tried again: ${reason}`,
    );
}

export function logSkipped({ event, id }: Delivery, reason = ""): void {
  console.error(`webhook ${event.type} ${id} of thread ${event.threadId} was skipped after a day: ${reason}`);
}
