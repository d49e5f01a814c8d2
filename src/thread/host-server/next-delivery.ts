/** What the host's server is sent next: the thread's own logs from a position on, each event as it is now. */
import type { Report } from "../../protocol/reports.ts";
import type { WebhookContent } from "../../protocol/webhooks.ts";
import { webhookOf } from "../commands.ts";
import type { StoredThread } from "../stored-thread.ts";
import { sharedThread } from "../thread-view.ts";
import { deliveryId, type Delivery } from "./webhook-attempts.ts";
import type { WebhookPosition } from "./webhook-cursor.ts";

/** The position before a thread's creation. */
export const BEFORE_CREATION: WebhookPosition = { rev: -1, seq: 0, report: 0 };

/** The next event after a position, and the position after it; without `delivery` where nothing is to be sent up to there. */
export interface Next {
  delivery?: Delivery;
  position: WebhookPosition;
}

/** Reads a row or two, and those of the reactions between. */
export function nextAfter({ rev, seq, report }: WebhookPosition, thread: StoredThread): Next {
  const { createdAt } = thread.info;
  if (rev < 0) {
    const content = { type: "thread.created", data: { thread: sharedThread(thread) } } as const;
    return { delivery: deliveryOf(thread, 0, createdAt, content), position: { rev: 0, seq, report } };
  }
  const filed = thread.reports.next(report);
  if (filed && filed.rev <= rev) return reportDelivery(thread, filed.report, { rev, seq });
  const message = thread.messages.has(seq + 1) ? thread.messages.get(seq + 1) : undefined;
  const messageRev = message ? thread.messages.revOf(seq + 1) : Infinity;
  const change = thread.changes.nextDelivered(rev, messageRev);
  if (change) {
    const content = webhookOf(change, thread);
    const position = { rev: change.rev, seq, report };
    return content
      ? { delivery: deliveryOf(thread, change.rev, change.at, content), position }
      : { position };
  }
  const end = { rev: thread.rev, seq };
  if (!message) return filed ? reportDelivery(thread, filed.report, end) : { position: { ...end, report } };
  const content = { type: "message.created", data: { message } } as const;
  return {
    delivery: deliveryOf(thread, messageRev, message.at, content),
    position: { rev: messageRev, seq: seq + 1, report },
  };
}

/** A report, which has no rev of its own: it comes after everything that was there when it was filed. */
function reportDelivery(
  thread: StoredThread,
  report: Report,
  position: Omit<WebhookPosition, "report">,
): Next {
  const content = { type: "report.created", data: { report } } as const;
  return {
    delivery: deliveryOf(thread, `report-${report.no}`, report.at, content),
    position: { ...position, report: report.no },
  };
}

function deliveryOf(
  thread: StoredThread,
  name: Parameters<typeof deliveryId>[1],
  at: number,
  content: WebhookContent,
): Delivery {
  const { key } = thread;
  const threadId = thread.info.id;
  return {
    id: deliveryId(thread.epoch, name),
    event: {
      type: content.type,
      at,
      threadId,
      ...(key !== undefined && { key }),
      data: content.data,
    } as Delivery["event"],
  };
}
