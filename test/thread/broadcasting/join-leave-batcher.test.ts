/** Joins and leaves that come close together are broadcast together, and every socket knows exactly who is here. */
import { afterEach, expect, it, vi } from "vitest";
import type { Connections } from "../../../src/sockets/connections.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import { JoinLeaveBatcher } from "../../../src/thread/broadcasting/join-leave-batcher.ts";
import type { RoomSockets } from "../../../src/sockets/room-sockets.ts";
import { holdWaits, passTime, startClock } from "../../cost/clock.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { openThread, type TestSocket } from "../../support/socket.ts";

afterEach(() => void vi.useRealTimers());

async function publicThread(size: number) {
  const members = await Promise.all(Array.from({ length: size }, (_, i) => person(`Frog${i}`)));
  const [owner, ...others] = members as [Person, ...Person[]];
  return { owner, others, thread: await newThread(owner, "public", [], "Pond") };
}

/** Who is here, by a socket's welcome and the events since; `wrong`: events that contradict it, of which there are to be none. */
function whoIsHere(socket: TestSocket<ThreadEvent>): { here: string[]; wrong: ThreadEvent[] } {
  const here = new Set<string>();
  const wrong: ThreadEvent[] = [];
  let you = "";
  for (const event of socket.events) {
    if (event.type === "welcome") {
      you = event.user.id;
      for (const { id } of event.online) here.add(id);
    } else if (event.type === "join") {
      if (event.user.id === you || here.has(event.user.id)) wrong.push(event);
      here.add(event.user.id);
    } else if (event.type === "leave" && !here.delete(event.userId)) wrong.push(event);
  }
  return { here: [...here].toSorted(), wrong };
}

it("broadcasts many joins at once in few frames", async () => {
  startClock();
  holdWaits();
  const { owner, others, thread } = await publicThread(32);
  const observer = await openThread(owner, thread.id);
  await observer.next("welcome");
  await Promise.all(others.map((other) => openThread(other, thread.id)));
  passTime(1_000);
  const last = () => observer.events.filter(({ type }) => type === "join").length === others.length;
  while (!last()) await observer.next("join");
  const frames = observer.frames.filter((frame) => frame.includes('"type":"join"'));
  // The first eight, of which the observer's own was one, are broadcast at once, and the others together.
  expect(frames).toHaveLength(7 + 1);
});

it("sends nothing to a socket whose session ended while joins were gathered", () => {
  vi.useFakeTimers();
  const done: string[] = [];
  const room = {
    size: 1,
    coalesce: (work: () => void) => work(),
    broadcast: () => done.push("broadcast"),
    endSessions: () => done.push("ended"),
  } as unknown as RoomSockets;
  const connections = { open: () => [], encode: () => ["[]"] } as unknown as Connections;
  const batcher = new JoinLeaveBatcher(connections, room);
  for (let i = 0; i < 9; i++) batcher.add(`frog${i}`, { type: "leave", userId: `frog${i}` });
  done.length = 0;
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual(["ended", "broadcast"]);
});

it("sends every socket each join and leave of other users once, while users join and leave", async () => {
  const { owner, others, thread } = await publicThread(14);
  const observer = await openThread(owner, thread.id);
  const opened = await Promise.all(others.map((other) => openThread(other, thread.id)));
  const [staying, leaving] = [opened.slice(7), opened.slice(0, 7)];
  for (const socket of leaving) socket.close();
  const back = await Promise.all(others.slice(0, 4).map((other) => openThread(other, thread.id)));
  const second = await openThread(owner, thread.id);
  await Promise.all(leaving.map((socket) => socket.closed));
  // A message comes after the joins and leaves before it.
  observer.send({ type: "chat", id: "all", body: "all here?" });
  const here = [owner, ...others.slice(0, 4), ...others.slice(7)].map(({ user }) => user.id).toSorted();
  for (const socket of [observer, ...staying, ...back, second]) {
    await socket.next("chat");
    expect(whoIsHere(socket)).toEqual({ here, wrong: [] });
  }
});

it("broadcasts a user's join before their first message", async () => {
  const { owner, others, thread } = await publicThread(14);
  const observer = await openThread(owner, thread.id);
  await observer.next("welcome");
  // The first few are broadcast at once; those after them are gathered.
  for (const other of others) {
    const socket = await openThread(other, thread.id);
    await socket.ask({ type: "chat", id: "hello", body: "hello" });
  }
  const received = observer.events.flatMap((event) =>
    event.type === "join" ? [event.user.id] : event.type === "chat" ? [`${event.message.author.id}!`] : [],
  );
  expect(received).toEqual(others.flatMap(({ user }) => [user.id, `${user.id}!`]));
});
