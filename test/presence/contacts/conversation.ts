/** Two people who are contacts, and blocks between people. */
import { expect } from "vitest";
import { runAlarm } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";
import { shardFor } from "../shard.ts";

export function block(who: Person, other: Person | string): Promise<Response> {
  return who.call("PUT", `/api/blocks/${idIn(other)}`);
}

export function unblock(who: Person, other: Person | string): Promise<Response> {
  return who.call("DELETE", `/api/blocks/${idIn(other)}`);
}

const idIn = (who: Person | string) => encodeURIComponent(typeof who === "string" ? who : who.user.id);

export async function status(response: Promise<Response>): Promise<number> {
  return (await response).status;
}

export function write(who: Person, threadId: string, body = "hello"): Promise<Response> {
  return who.call("POST", `/api/threads/${threadId}/messages`, { body });
}

/** Two people in a direct thread in which both have written. */
export async function conversation() {
  const [ada, bo] = [await person("Ada"), await person("Bo")];
  const { id } = await newThread(ada, "direct", [bo]);
  expect([await status(write(ada, id)), await status(write(bo, id))]).toEqual([201, 201]);
  await runAlarm(threadStub(id));
  await eventually(async () => expect(await contacts(ada, bo)).toBe(true));
  return { ada, bo, id };
}

export async function contacts({ user }: Person, other: Person): Promise<boolean> {
  return (await shardFor(user).contactsOf(user.id, [other.user.id])).length > 0;
}
