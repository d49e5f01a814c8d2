/** Lilypad in the trial: its own client library, against bare workerd, in one group. */
import { createClient } from "../../../src/client/client.ts";
import { people } from "../support/people.ts";
import { Server } from "../support/server.ts";
import { listenTo, lookAt, promisesOf } from "./lilypad-room.ts";
import type { Participant, System } from "./system.ts";

/** A server with a group of these people in it. */
export async function startLilypad(names: readonly string[]): Promise<System> {
  const server = await Server.start();
  const members = await people(server, names);
  const tokens = new Map(members.map(({ user, token }) => [user.id, token]));
  const [owner] = members;
  if (!owner) throw new Error("nobody to talk");
  const { id: threadId } = await owner.api.createThread({ kind: "group", memberIds: names.slice(1) });
  return {
    name: "Lilypad",
    port: server.port,
    promises: true,
    join: (name, url) => join(url, threadId, tokens.get(name) ?? ""),
    stop: () => server.stop(),
  };
}

async function join(url: string, threadId: string, token: string): Promise<Participant> {
  const client = createClient({ url, getToken: () => token });
  const room = client.thread(threadId);
  const page = lookAt(room);
  const events = listenTo(room);
  const promises = promisesOf(room);
  await new Promise<void>((ready) => void room.subscribe((state) => state.ready && ready()));
  return {
    say: (text) => void promises.add(text, room.send(text)),
    get isConnected() {
      return room.getSnapshot().connection === "open";
    },
    get atRest() {
      const { connection, outgoing } = room.getSnapshot();
      return page.isWhole() && connection === "open" && outgoing.length === 0;
    },
    sightings: () => [page.sighting(), events.sighting()],
    complaints: () => promises.complaints(),
    close: () => client.close(),
  };
}
