/** Fills a history through the front door: one socket sends frames full of messages, a few of them under way at a time. */
import type { Crowd } from "./crowd.ts";
import { Marks, newRun } from "./marks.ts";

export interface FillOrder {
  messages: number;
  /** At most what the contract allows in a frame. */
  perFrame: number;
  framesUnderWay: number;
  bodyLength: number;
}

export interface FillFigures {
  messagesPerS: number;
}

/** The first socket sends; resolves when every message is acknowledged. */
export async function fill(crowd: Crowd, order: FillOrder): Promise<FillFigures> {
  const run = newRun();
  const marks = new Marks(run, order.bodyLength);
  const dialect = crowd.dialects[0];
  let sent = 0;
  let acked = 0;
  const from = performance.now();
  await new Promise<void>((done, fail) => {
    const sendSome = () => {
      while (sent < order.messages && sent - acked < order.framesUnderWay * order.perFrame) {
        const count = Math.min(order.perFrame, order.messages - sent);
        const commands = Array.from({ length: count }, () => {
          const n = sent++;
          return dialect?.chat({ run, n, body: marks.body(n), wantsAck: true });
        });
        crowd.sockets[0]?.send(`[${commands.join(",")}]`);
      }
    };
    crowd.onLost = (why) => fail(new Error(`after ${acked} messages: ${why}`));
    crowd.onAck = () => {
      acked++;
      if (acked === order.messages) return done();
      if (sent - acked <= (order.framesUnderWay - 1) * order.perFrame) sendSome();
    };
    sendSome();
  });
  crowd.onAck = () => {};
  crowd.onLost = () => {};
  return { messagesPerS: (order.messages / (performance.now() - from)) * 1000 };
}
