/** What a thread sends to one who joins: read from the frames of its welcome. */
import type { ThreadEvent } from "../../protocol/events.ts";
import type { RelayWelcome } from "../../rpc/relay.ts";
import { eventsIn } from "../../sockets/codec.ts";

type Welcome = Extract<ThreadEvent, { type: "welcome" }>;

export interface RoomWelcome extends Pick<Welcome, "thread" | "cursor" | "resumed"> {
  /** The rev of the cursor. */
  rev: number;
  /** The newest messages, where it is not resumed. */
  history: Extract<ThreadEvent, { type: "history" }> | undefined;
  /** What was missed, where it is. */
  missed: ThreadEvent[];
}

export function roomWelcomeOf({ frames }: RelayWelcome): RoomWelcome {
  const [welcome, ...events] = frames.flatMap(eventsIn);
  if (welcome?.type !== "welcome") throw new Error("a thread's first event was no welcome");
  const { thread, cursor, resumed } = welcome;
  return {
    thread,
    cursor,
    resumed,
    rev: Number(cursor.split(":")[1]),
    history: events.find((event) => event.type === "history"),
    missed: events.filter((event) => event.type !== "history"),
  };
}
