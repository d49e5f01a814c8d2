/** A room of two over Socket.IO, of which tests see that an attack has not reached it. */
import { expect } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { engineFetch, SocketIoTestSocket } from "../../support/socketio.ts";

/** Ada's session in a room of hers and Bob's, with Bob's. */
export async function roomOfTwo() {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  const [a, b] = [await joined(ada, id), await joined(bob, id)];
  return { ada, bob, a, b, room: id };
}

/** A session of this user in the room. */
export async function joined(who: Person, room: string): Promise<SocketIoTestSocket> {
  const socket = await SocketIoTestSocket.connect(who);
  expect(await socket.ask("join", { room })).toMatchObject({ ok: true });
  return socket;
}

export type RoomOfTwo = Awaited<ReturnType<typeof roomOfTwo>>;

/** Everyone in the room hears each other, and nothing else has come. */
export async function isSound({ a, b, room: id }: RoomOfTwo): Promise<void> {
  const heard = [a, b].map((socket) => socket.events("chat").length);
  expect(await a.ask("chat", { room: id, body: "still here" })).toMatchObject({ ok: true });
  expect(await b.ask("chat", { room: id, body: "so am I" })).toMatchObject({ ok: true });
  for (const [i, socket] of [a, b].entries())
    await eventually(() => expect(socket.events("chat")).toHaveLength((heard[i] ?? 0) + 2));
}

/** Whether there is a session of this id. */
export async function isKnown(sid: string): Promise<boolean> {
  const { code } = (await (await engineFetch(`transport=polling&sid=${sid}`)).json()) as { code: number };
  return code !== 1;
}
