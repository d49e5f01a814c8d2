/** Sends many long messages over the socket of a client that reads. */
import type { ChangeNotifier } from "../support/change-notifier.ts";
import { BODY_LENGTH } from "./memory.ts";
import type { ReadingClient } from "./reading-client.ts";

/** As many as fit into a client's frame. */
const MESSAGES_PER_FRAME = 6;

/** Sends so many messages, a frame when the one before has come back; returns the highest value of `measure` meanwhile. */
export async function sendMessages(
  sending: ReadingClient,
  changes: ChangeNotifier,
  count: number,
  measure: () => number = () => 0,
): Promise<number> {
  const body = "x".repeat(BODY_LENGTH);
  let peak = 0;
  for (let left = count; left > 0; left -= MESSAGES_PER_FRAME) {
    const length = Math.min(left, MESSAGES_PER_FRAME);
    const rev = sending.rev + length;
    sending.socket.send(Array.from({ length }, () => ({ type: "chat", id: crypto.randomUUID(), body })));
    await changes.until(() => sending.rev >= rev || sending.closingCode !== 0, "the messages just sent");
    peak = Math.max(peak, measure());
  }
  return peak;
}
