/** Coming back: a socket opens with a cursor that lies so many events behind, again and again, of one thread and then the other. */
import type { Seat } from "./crowd.ts";
import { DIALECTS } from "./dialects.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { RawSocket } from "./raw-socket.ts";

export interface ResumeOrder {
  /** Each with its cursor in the path; taken in turn, so that what disturbs one disturbs the others. */
  seats: Seat[];
  /** How many events each is to get. */
  events: number;
  times: number;
}

/** For each seat: from connecting to having the last missed event. */
export type ResumeFigures = Latencies[];

export async function resume({ seats, events, times }: ResumeOrder): Promise<ResumeFigures> {
  const all = seats.map((): number[] => []);
  for (let i = 0; i < times; i++) {
    for (const [which, seat] of seats.entries()) {
      const from = performance.now();
      await caughtUp(seat, events);
      all[which]?.push(performance.now() - from);
    }
  }
  return all.map((values) => latencies(values));
}

function caughtUp(seat: Seat, events: number): Promise<void> {
  const dialect = DIALECTS[seat.dialect];
  let came = 0;
  return new Promise((done, fail) => {
    const socket = new RawSocket(
      seat,
      (_opcode, bytes, start, end) => {
        const text = bytes.toString("utf8", start, end);
        if (text.includes('"resumed":false')) fail(new Error("a snapshot came instead of what was missed"));
        came += dialect.bodies(text).length;
        if (came < events) return;
        socket.close();
        if (came === events) done();
        else fail(new Error(`${came} events came instead of ${events}`));
      },
      (why) => fail(new Error(why)),
    );
  });
}
