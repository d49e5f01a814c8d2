/** How others reach a relay, and how a relay knows whose it is: by the name of its object. */
import type { Doors } from "./call.ts";
import type { RelayDoors } from "./relay.ts";

/** A fresh stub of a thread's relay. Stubs are not kept: one that has thrown may be broken for good. */
export function relayOf(env: Env, threadId: string, no: number): Doors<RelayDoors> {
  return env.RELAY.get(env.RELAY.idFromName(`${threadId}/${no}`)) as unknown as Doors<RelayDoors>;
}

/** The thread that a relay's object belongs to, and which of its relays it is. */
export function ownerOf(id: DurableObjectId): { threadId: string; no: number } {
  const [threadId = "", no] = (id.name ?? "").split("/");
  return { threadId, no: Number(no) };
}

const HEADER = "x-lilypad-relay";

/** A thread's answer to an upgrade that one of its relays is to take. */
export function sendToRelay(no: number): Response {
  return new Response(null, { headers: { [HEADER]: String(no) } });
}

/** The relay that a thread's answer names, if it does. */
export function relayIn(response: Response): number | undefined {
  const no = response.headers.get(HEADER);
  return no === null ? undefined : Number(no);
}
