/** Fills a history over the public API: one socket sends full frames of messages, a few of them in flight at a time. */
import type { LoadConnections } from "./connections.ts";
import { MessageMarks, newRun } from "./message-marks.ts";

export interface FillTask {
  messages: number;
  /** At most the number of commands that the contract allows in a frame. */
  perFrame: number;
  framesInFlight: number;
  bodyLength: number;
}

export interface FillFigures {
  messagesPerS: number;
}

/** Sends from the first socket; resolves when every message is acknowledged. */
export async function fillHistory(connections: LoadConnections, task: FillTask): Promise<FillFigures> {
  const run = newRun();
  const marks = new MessageMarks(run, task.bodyLength);
  const dialect = connections.dialects[0];
  let sent = 0;
  let acked = 0;
  const from = performance.now();
  await new Promise<void>((done, fail) => {
    const sendSome = () => {
      while (sent < task.messages && sent - acked < task.framesInFlight * task.perFrame) {
        const count = Math.min(task.perFrame, task.messages - sent);
        const commands = Array.from({ length: count }, () => {
          const n = sent++;
          return dialect?.chat({ run, n, body: marks.body(n), wantsAck: true });
        });
        connections.sockets[0]?.send(`[${commands.join(",")}]`);
      }
    };
    connections.onLost = (why) => fail(new Error(`after ${acked} messages: ${why}`));
    connections.onAck = () => {
      acked++;
      if (acked === task.messages) return done();
      if (sent - acked <= (task.framesInFlight - 1) * task.perFrame) sendSome();
    };
    sendSome();
  });
  connections.onAck = () => {};
  connections.onLost = () => {};
  return { messagesPerS: (task.messages / (performance.now() - from)) * 1000 };
}
