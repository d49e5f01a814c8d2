/** The time to open a thread, or to resume one with an old cursor; in several threads by turns. */
import type { SocketTarget } from "./connections.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { RawSocket } from "./raw-socket.ts";

export interface ResumeTask {
  /** Each with its cursor in the path, if it has one; measured by turns, so that a disturbance affects all alike. */
  targets: SocketTarget[];
  /** How many messages each must get: the missed ones or, without a cursor, the newest. */
  messages: number;
  times: number;
}

type Event =
  | { type: "welcome"; resumed: boolean }
  | { type: "chat" }
  | { type: "history"; messages: unknown[] };

/** For each target: from connecting to having the last message. */
export type ResumeFigures = Latencies[];

export async function resume({ targets, messages, times }: ResumeTask): Promise<ResumeFigures> {
  const all = targets.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [which, target] of targets.entries()) {
      const startedAt = performance.now();
      await openUntilCaughtUp(target, messages);
      all[which]?.push(performance.now() - startedAt);
    }
  }
  return all.map((values) => latencies(values));
}

function openUntilCaughtUp(target: SocketTarget, messages: number): Promise<void> {
  const isResuming = target.path.includes("cursor=");
  let received = 0;
  return new Promise((resolve, reject) => {
    const socket = new RawSocket(
      target,
      (_opcode, bytes, start, end) => {
        for (const event of JSON.parse(bytes.toString("utf8", start, end)) as Event[]) {
          if (event.type === "welcome" && event.resumed !== isResuming)
            reject(
              new Error(isResuming ? "got a snapshot instead of the missed messages" : "got no snapshot"),
            );
          if (event.type === "chat") received++;
          if (event.type === "history") received += event.messages.length;
        }
        if (received < messages) return;
        socket.close();
        if (received === messages) resolve();
        else reject(new Error(`${received} messages arrived instead of ${messages}`));
      },
      (why) => reject(new Error(why)),
    );
  });
}
