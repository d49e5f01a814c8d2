/** What invited people see and do. */
import { env } from "cloudflare:workers";
import type { InvitationList, ThreadPage } from "../../../src/protocol/http.ts";
import type { ThreadSummary } from "../../../src/protocol/model.ts";
import { directThreadId } from "../../../src/rpc/thread.ts";
import { SYSTEM_ID } from "../../../src/protocol/system-user.ts";
import { shardStub, threadRpc, threadStub } from "../../support/objects.ts";
import { runAlarm } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import type { Person } from "../../support/host-users.ts";

/** The list of a user. */
export async function listOf(who: Person): Promise<ThreadSummary[]> {
  return ((await (await who.call("GET", "/api/threads")).json()) as ThreadPage).threads;
}

/** The entry of a thread in a user's list. */
export async function entryOf(who: Person, threadId: string): Promise<ThreadSummary | undefined> {
  return (await listOf(who)).find(({ id }) => id === threadId);
}

/** Adds somebody to a thread, or invites them, who sees it from then on: the status, and what is answered. */
export async function put(
  by: Person,
  threadId: string,
  { id }: { id: string },
): Promise<{ status: number; body: unknown }> {
  const path = `/api/threads/${threadId}/members/${encodeURIComponent(id)}`;
  const answer = await by.call("PUT", path);
  if (answer.status === 202) await notified(threadId);
  return { status: answer.status, body: await answer.json() };
}

/** Resolves when Presence was notified of what is pending, which no answer about one who is invited waits for. */
export async function notified(threadId: string): Promise<void> {
  const host = { id: SYSTEM_ID, name: SYSTEM_ID };
  // It changes nothing, and is answered when what was begun before is over.
  await threadRpc(threadStub(threadId)).run(host, { type: "rename" }, undefined, "server");
}

export const INVITED = { status: 202, body: { state: "invited" } };

/** Whom a thread's moderators see as invited. */
export async function invitedIn(threadId: string, moderator: Person): Promise<string[]> {
  const answer = await moderator.call("GET", `/api/threads/${threadId}/invitations`);
  const { invitations } = (await answer.json()) as InvitationList;
  return invitations.map(({ user }) => user.id);
}

export async function accept(who: Person, threadId: string): Promise<number> {
  return (await who.call("POST", `/api/threads/${threadId}/accept`)).status;
}

export async function decline(who: Person, threadId: string): Promise<number> {
  return (await who.call("POST", `/api/threads/${threadId}/decline`)).status;
}

export async function withdraw(by: Person, threadId: string, { id }: { id: string }): Promise<number> {
  const path = `/api/threads/${threadId}/members/${encodeURIComponent(id)}`;
  const { status } = await by.call("DELETE", path);
  if (status === 204) await notified(threadId);
  return status;
}

/** Sends a message: the status. */
export async function write(who: Person, threadId: string, body = "hello"): Promise<number> {
  return (await who.call("POST", `/api/threads/${threadId}/messages`, { body })).status;
}

/** Has a thread notify Presence of what it would in a moment. */
export async function notifyNow(threadId: string): Promise<void> {
  await runAlarm(threadStub(threadId));
}

/** Resolves when two are contacts by their direct thread. */
export async function areContacts(one: Person, other: Person): Promise<void> {
  await notifyNow(directThreadId(env, one.user.id, other.user.id).toString());
  await eventually(async () => {
    const found = await shardStub(one.user.id).contactsOf(one.user.id, [other.user.id]);
    if (!found.includes(other.user.id)) throw new Error("they are no contacts");
  });
}
