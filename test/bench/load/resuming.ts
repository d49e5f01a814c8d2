/** Coming in and coming back: a socket opens, with a cursor that lies behind or with none, again and again, in one thread and then the other. */
import type { Seat } from "./crowd.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { RawSocket } from "./raw-socket.ts";

export interface ResumeOrder {
  /** Each with its cursor in the path, if it has one; taken in turn, so that what disturbs one disturbs the others. */
  seats: Seat[];
  /** How many messages each is to get: what it missed or, without a cursor, the newest. */
  messages: number;
  times: number;
}

type Event =
  | { type: "welcome"; resumed: boolean }
  | { type: "chat" }
  | { type: "history"; messages: unknown[] };

/** For each seat: from connecting to having the last of them. */
export type ResumeFigures = Latencies[];

export async function resume({ seats, messages, times }: ResumeOrder): Promise<ResumeFigures> {
  const all = seats.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [which, seat] of seats.entries()) {
      const from = performance.now();
      await caughtUp(seat, messages);
      all[which]?.push(performance.now() - from);
    }
  }
  return all.map((values) => latencies(values));
}

function caughtUp(seat: Seat, messages: number): Promise<void> {
  const isBack = seat.path.includes("cursor=");
  let came = 0;
  return new Promise((done, fail) => {
    const socket = new RawSocket(
      seat,
      (_opcode, bytes, start, end) => {
        for (const event of JSON.parse(bytes.toString("utf8", start, end)) as Event[]) {
          if (event.type === "welcome" && event.resumed !== isBack)
            fail(new Error(isBack ? "a snapshot came instead of what was missed" : "no snapshot came"));
          if (event.type === "chat") came++;
          if (event.type === "history") came += event.messages.length;
        }
        if (came < messages) return;
        socket.close();
        if (came === messages) done();
        else fail(new Error(`${came} messages came instead of ${messages}`));
      },
      (why) => fail(new Error(why)),
    );
  });
}
