/** Lilypad in the drop program: its own client library, against bare workerd, in one group. */
import { createClient } from "../../../src/client/client.ts";
import { Server } from "../support/server.ts";
import { signIn } from "../support/users.ts";
import type { ChatSystem, Participant } from "./chat-system.ts";
import { observeEvents, observeSends, observeSnapshots } from "./lilypad-observers.ts";

/** Starts a server with a group of users with these names. */
export async function startLilypad(names: readonly string[]): Promise<ChatSystem> {
  const server = await Server.start();
  const members = await signIn(server, names);
  const tokens = new Map(members.map(({ id, token }) => [id, token]));
  const [owner] = members;
  if (!owner) throw new Error("a group needs a member");
  const { id: threadId } = await owner.api.createThread({ kind: "group", memberIds: names.slice(1) });
  return {
    name: "Lilypad",
    port: server.port,
    guaranteesDelivery: true,
    join: (name, url) => join(url, threadId, tokens.get(name) ?? ""),
    stop: () => server.stop(),
  };
}

async function join(url: string, threadId: string, token: string): Promise<Participant> {
  const client = createClient({ url, getToken: () => token });
  const room = client.thread(threadId);
  const snapshots = observeSnapshots(room);
  const events = observeEvents(room);
  const sends = observeSends(room);
  await new Promise<void>((resolve) => void room.subscribe((state) => state.ready && resolve()));
  return {
    send: (text) => void sends.add(text, room.send(text)),
    get isConnected() {
      return room.getSnapshot().connection === "open";
    },
    get isIdle() {
      const { connection, outgoing } = room.getSnapshot();
      return snapshots.isComplete() && connection === "open" && outgoing.length === 0;
    },
    received: () => [snapshots.received(), events.received()],
    violations: () => sends.violations(),
    close: () => client.close(),
  };
}
