/** Lilypad in the drop program: its own client library, against bare workerd, in one group. */
import { createClient } from "../../../src/client/client.ts";
import type { ChatSystem, Participant } from "./chat-system.ts";
import { startLilypadGroup } from "./lilypad-group.ts";
import { observeEvents, observeSends, observeSnapshots } from "./lilypad-observers.ts";

/** Starts a server with a group of users with these names. */
export async function startLilypad(names: readonly string[]): Promise<ChatSystem> {
  const { system, threadId, tokenOf } = await startLilypadGroup(names);
  return { ...system, name: "Lilypad", join: (name, url) => join(url, threadId, tokenOf(name)) };
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
